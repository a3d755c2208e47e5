using System.Collections.Immutable;
using Builder.Oci.Collections;
using Builder.Oci.Images;

namespace Builder.Oci.Archives;

/// <summary>Which tar to write.</summary>
public enum ImageArchiveFormat
{
    /// <summary>For <c>docker load</c>, old and new: manifest.json beside an OCI layout, layers not compressed.</summary>
    Docker,

    /// <summary>An OCI image layout, nothing else.</summary>
    Oci,
}

/// <summary>An image to be written into an archive.</summary>
/// <param name="ConfigBytes">The config, byte for byte.</param>
/// <param name="Layers">Base first; as many as the config has diff ids.</param>
/// <param name="Names">Tagged names; none for an image known by its id only.</param>
public sealed record ArchiveImage(ReadOnlyMemory<byte> ConfigBytes, EquatableArray<ArchiveLayer> Layers, EquatableArray<ImageReference> Names)
{
    /// <summary>Annotations of the manifest.</summary>
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>A layer to be written into an archive.</summary>
/// <param name="Descriptor">Digest, size and media type of the bytes that <paramref name="Open"/> gives.</param>
/// <param name="DiffId">Digest of the uncompressed tar.</param>
/// <param name="Open">Opens the bytes; the writer closes what it gets.</param>
public sealed record ArchiveLayer(Descriptor Descriptor, Digest DiffId, Func<Stream> Open);

/// <summary>An image found in an archive, verified.</summary>
/// <param name="ConfigBytes">The config, byte for byte.</param>
/// <param name="Config">The same, read.</param>
/// <param name="Layers">Base first; their blobs are in the sink.</param>
/// <param name="Names">The names the archive gives it.</param>
public sealed record LoadedImage(ReadOnlyMemory<byte> ConfigBytes, ImageConfig Config, EquatableArray<LoadedLayer> Layers, EquatableArray<ImageReference> Names);

/// <summary>A layer found in an archive.</summary>
/// <param name="Blob">The stored bytes.</param>
/// <param name="DiffId">Digest of the uncompressed tar.</param>
public sealed record LoadedLayer(Descriptor Blob, Digest DiffId);

/// <summary>Where the reader of an archive puts what it finds: a blob store.</summary>
public interface IBlobSink
{
    /// <summary>Stores a stream to its end.</summary>
    /// <returns>The sha256 digest of what was stored, and its size.</returns>
    Task<(Digest Digest, long Size)> StoreAsync(Stream content, CancellationToken cancellationToken);

    /// <summary>Opens what was stored.</summary>
    Stream OpenRead(Digest digest);
}
