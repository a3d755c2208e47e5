using System.Collections.Immutable;
using Builder.Linux.Files;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Oci.Json;

namespace Builder.Cache.Sharing;

/// <summary>A shared cache in a directory: an OCI layout (OCI image-spec, image-layout.md) with one manifest for each tag.</summary>
/// <param name="directory">Absolute.</param>
/// <param name="tag">Which manifest.</param>
/// <param name="digest">Which manifest, to be read whatever the index says; or null.</param>
public sealed class LayoutCache(string directory, string tag, Digest? digest = null) : ICacheSource, ICacheTarget
{
    private const string RefName = "org.opencontainers.image.ref.name";
    private const string IndexName = "index.json";
    private const string LayoutName = "oci-layout";
    private const int CopyBuffer = 128 << 10;

    /// <inheritdoc/>
    public string Name => directory;

    private string Blobs => Path.Combine(directory, "blobs", "sha256");

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>> ReadManifestAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(Path.Combine(directory, IndexName))) throw new CacheSourceException("there is no cache", isUnreachable: true);
        Descriptor descriptor = digest is { } wanted ? new Descriptor { MediaType = MediaTypes.OciManifest, Digest = wanted, Size = SizeOf(wanted) }
            : (await ReadIndexAsync(cancellationToken)).Manifests.FirstOrDefault(m => m.Annotations?.GetValueOrDefault(RefName) == tag)
                ?? throw new CacheSourceException($"there is no cache with the tag '{tag}'");
        return await ReadManifestAsync(descriptor, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>> ReadManifestAsync(Descriptor manifest, CancellationToken cancellationToken)
    {
        byte[] content = await ReadFileAsync(PathOf(manifest.Digest), cancellationToken);
        return Digest.Sha256(content) == manifest.Digest ? content : throw new CacheSourceException($"the manifest {manifest.Digest} is not what its name says");
    }

    /// <inheritdoc/>
    public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        try
        {
            return Task.FromResult<Stream>(RegularFile.OpenRead(PathOf(blob.Digest)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CacheSourceException($"the blob {blob.Digest} can't be read: {error.Message}", error);
        }
    }

    /// <inheritdoc/>
    public Task<bool> HasBlobAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        var file = new FileInfo(PathOf(blob.Digest));
        return Task.FromResult(file.Exists && file.Length == blob.Size);
    }

    /// <inheritdoc/>
    public async Task PutBlobAsync(Descriptor blob, Func<long, Stream> open, CancellationToken cancellationToken)
    {
        if (await HasBlobAsync(blob, cancellationToken)) return;
        await using Stream content = open(0);
        await WriteAsync(PathOf(blob.Digest), file => content.CopyToAsync(file, CopyBuffer, cancellationToken));
    }

    /// <inheritdoc/>
    public async Task PutManifestAsync(ReadOnlyMemory<byte> manifest, string mediaType, CancellationToken cancellationToken)
    {
        var descriptor = new Descriptor { MediaType = mediaType, Digest = Digest.Sha256(manifest.Span), Size = manifest.Length };
        await PutBlobAsync(descriptor, _ => new MemoryStream(manifest.ToArray(), writable: false), cancellationToken);
        ImageIndex index = File.Exists(Path.Combine(directory, IndexName)) ? await ReadIndexAsync(cancellationToken) : new ImageIndex { MediaType = MediaTypes.OciIndex };
        var annotations = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add(RefName, tag);
        index = index with { Manifests = [.. index.Manifests.Where(m => m.Annotations?.GetValueOrDefault(RefName) != tag), descriptor with { Annotations = annotations }] };
        await WriteAsync(Path.Combine(directory, LayoutName), file => file.WriteAsync("{\"imageLayoutVersion\":\"1.0.0\"}"u8.ToArray(), cancellationToken).AsTask());
        await WriteAsync(Path.Combine(directory, IndexName), file => file.WriteAsync(OciJson.WriteIndex(index), cancellationToken).AsTask());
    }

    /// <summary>Removes the blobs that no manifest of the layout leads to.</summary>
    /// <exception cref="CacheSourceException">A manifest can't be read; nothing is removed then.</exception>
    public async Task RemoveUnusedAsync(CancellationToken cancellationToken)
    {
        HashSet<string> used = new(StringComparer.Ordinal);
        foreach (Descriptor manifest in (await ReadIndexAsync(cancellationToken)).Manifests)
        {
            used.Add(manifest.Digest.Hex);
            byte[] content = await ReadFileAsync(PathOf(manifest.Digest), cancellationToken);
            IEnumerable<Descriptor> named = manifest.MediaType == MediaTypes.OciManifest
                ? OciJson.ReadManifest(content) is var read ? [read.Config, .. read.Layers] : []
                : OciJson.ReadIndex(content).Manifests;
            used.UnionWith(named.Select(d => d.Digest.Hex));
        }

        RefuseLinks();
        foreach (string path in Directory.EnumerateFiles(Blobs).Where(p => IsOurs(Path.GetFileName(p)) && !used.Contains(Path.GetFileName(p))).ToList()) File.Delete(path);
    }

    private async Task<ImageIndex> ReadIndexAsync(CancellationToken cancellationToken)
    {
        byte[] content = await ReadFileAsync(Path.Combine(directory, IndexName), cancellationToken);
        try
        {
            return OciJson.ReadIndex(content);
        }
        catch (OciFormatException error)
        {
            throw new CacheSourceException($"{IndexName}: {error.Message}", error);
        }
    }

    private static async Task<byte[]> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using FileStream file = RegularFile.OpenRead(path);
            if (file.Length > OciJson.MaxDocumentSize) throw new CacheSourceException($"{Path.GetFileName(path)} is larger than {OciJson.MaxDocumentSize} bytes");
            byte[] content = new byte[file.Length];
            await file.ReadExactlyAsync(content, cancellationToken);
            return content;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CacheSourceException(error.Message, error);
        }
    }

    // Written aside and renamed: whoever reads at the same time sees the old file or the new one.
    private async Task WriteAsync(string path, Func<FileStream, Task> write)
    {
        string temporary = path + ".new-" + Guid.NewGuid().ToString("N");
        try
        {
            RefuseLinks();
            Directory.CreateDirectory(Blobs);
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0)) await write(file);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CacheSourceException(error.Message, error, isUnreachable: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static bool IsOurs(string name) => Digest.TryParse("sha256:" + name.Split('.')[0], out _);

    // Who filled the directory before must not choose where else is written and removed.
    private void RefuseLinks()
    {
        foreach (string path in (string[])[Path.Combine(directory, "blobs"), Blobs])
        {
            if (new FileInfo(path).LinkTarget is not null) throw new CacheSourceException($"'{path}' is a symbolic link", isUnreachable: true);
        }
    }

    private long SizeOf(Digest blob)
    {
        var file = new FileInfo(PathOf(blob));
        return file.Exists ? file.Length : throw new CacheSourceException($"there is no manifest {blob}");
    }

    private string PathOf(Digest blob) => blob.Algorithm == "sha256"
        ? Path.Combine(Blobs, blob.Hex)
        : throw new CacheSourceException($"{blob} can't be verified: only sha256 is supported");
}
