using System.Buffers;
using System.Text;
using Builder.Oci.Json;
using Builder.Oci.Tar;

namespace Builder.Oci.Archives;

/// <summary>What lay in the tar: small documents by name, and where the sink keeps the rest.</summary>
internal sealed class ArchiveContents
{
    private const int MaxEntries = 1 << 16;
    private const int MaxLinks = 32;

    private readonly Dictionary<string, byte[]> _documents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Digest Digest, long Size)> _blobs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _links = new(StringComparer.Ordinal);

    private ArchiveContents(IBlobSink sink) => Sink = sink;

    internal IBlobSink Sink { get; }

    /// <summary>Reads a tar to its end.</summary>
    internal static async Task<ArchiveContents> ReadAsync(Stream archive, IBlobSink sink, CancellationToken cancellationToken)
    {
        var contents = new ArchiveContents(sink);
        using var tar = new TarReader(archive);
        int count = 0;
        try
        {
            while (await tar.ReadEntryAsync(cancellationToken) is { } entry)
            {
                if (++count > MaxEntries) throw new OciFormatException($"the archive has more than {MaxEntries} entries");
                await contents.AddAsync(entry, tar.Content, cancellationToken);
            }
        }
        catch (TarFormatException error)
        {
            throw new OciFormatException($"this is no image archive: {error.Message}", error);
        }

        // A checksum at the end of a compressed archive is verified only when everything was read.
        await DrainAsync(archive, cancellationToken);
        return contents;
    }

    internal byte[]? Document(string name) => _documents.GetValueOrDefault(name);

    /// <summary>The blob at a path, through links; null when there is none.</summary>
    internal (Digest Digest, long Size)? Find(string path)
    {
        // Names are kept as bytes in the shape of Latin-1; documents spell them in UTF-8.
        string at = Normalise(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(path)));
        for (int i = 0; i < MaxLinks; i++)
        {
            if (_blobs.TryGetValue(at, out (Digest Digest, long Size) blob)) return blob;
            if (!_links.TryGetValue(at, out string? target)) return null;
            at = target;
        }

        throw new OciFormatException($"'{path}' is a link that leads nowhere");
    }

    /// <summary>Reads a small blob back.</summary>
    internal async Task<byte[]> ReadSmallAsync(Digest digest, long size, string what, CancellationToken cancellationToken)
    {
        if (size > OciJson.MaxDocumentSize) throw new OciFormatException($"the {what} is larger than {OciJson.MaxDocumentSize} bytes");
        byte[] content = new byte[size];
        await using Stream stream = Sink.OpenRead(digest);
        await stream.ReadExactlyAsync(content, cancellationToken);
        return content;
    }

    internal static async Task DrainAsync(Stream stream, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(64 << 10);
        try
        {
            while (await stream.ReadAsync(buffer, cancellationToken) > 0)
            {
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Paths inside the archive, as plain names: nothing is ever looked up outside.
    private static string Normalise(string path)
    {
        var parts = new List<string>();
        foreach (string part in path.Split('/'))
        {
            if (part is "" or ".") continue;
            if (part != "..") parts.Add(part);
            else if (parts.Count > 0) parts.RemoveAt(parts.Count - 1);
            else throw new OciFormatException($"the path '{path}' leads out of the archive");
        }

        return string.Join('/', parts);
    }

    private async Task AddAsync(TarEntry entry, Stream content, CancellationToken cancellationToken)
    {
        string name = Normalise(Encoding.Latin1.GetString(entry.Name));
        Forget(name);
        switch (entry.Type)
        {
            case TarEntryType.SymbolicLink:
                string target = Encoding.Latin1.GetString(entry.LinkName);
                _links[name] = Normalise(target.StartsWith('/') ? target : $"{name}/../{target}");
                break;
            case TarEntryType.HardLink:
                _links[name] = Normalise(Encoding.Latin1.GetString(entry.LinkName));
                break;
            case TarEntryType.File when entry.Extents is not null:
                throw new OciFormatException($"'{entry}' is stored as a sparse file, which nothing in an image archive is: make the archive again without --sparse");
            case TarEntryType.File when name is "manifest.json" or "index.json" or "oci-layout" or "repositories":
                if (entry.Size > OciJson.MaxDocumentSize) throw new OciFormatException($"{name} is larger than {OciJson.MaxDocumentSize} bytes");
                byte[] document = new byte[entry.Size];
                await content.ReadExactlyAsync(document, cancellationToken);
                _documents[name] = document;
                break;
            case TarEntryType.File when name.EndsWith("/VERSION", StringComparison.Ordinal) || name.EndsWith("/json", StringComparison.Ordinal):
                // Docker 1.9 described layers with these; nothing refers to them any more.
                break;
            case TarEntryType.File:
                _blobs[name] = await StoreAsync(name, content, cancellationToken);
                break;
            default:
                break;
        }
    }

    private void Forget(string name)
    {
        _documents.Remove(name);
        _blobs.Remove(name);
        _links.Remove(name);
    }

    private async Task<(Digest Digest, long Size)> StoreAsync(string name, Stream content, CancellationToken cancellationToken)
    {
        (Digest digest, long size) = await Sink.StoreAsync(content, cancellationToken);
        bool isNamedByDigest = name.StartsWith("blobs/sha256/", StringComparison.Ordinal);
        if (isNamedByDigest && name != ImageArchiveWriter.BlobPath(digest)) throw new OciFormatException($"the content of '{TarEntry.Display(Encoding.Latin1.GetBytes(name))}' has the digest {digest}: the archive is damaged");
        return (digest, size);
    }
}
