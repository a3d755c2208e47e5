namespace Builder.Oci.Images;

/// <summary>Where images come from when the local store has none: a registry.</summary>
public interface IImageSource
{
    /// <summary>Finds the image of a reference for a platform: resolves an index, verifies digests, reads manifest and config. Transfers no layer.</summary>
    /// <exception cref="ImageSourceException">Not found, refused, unreachable or malformed.</exception>
    Task<RemoteImage> ResolveAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken);

    /// <summary>Opens a layer blob for reading. The caller verifies digest and size while it reads.</summary>
    /// <exception cref="ImageSourceException">Not found, refused, unreachable or malformed.</exception>
    Task<Stream> OpenBlobAsync(ImageReference reference, Descriptor descriptor, CancellationToken cancellationToken);

    /// <summary>Reads the manifest or index that a reference names, whatever it is of; compared with the digest of the reference when that has one.</summary>
    /// <exception cref="ImageSourceException">Not found, refused, unreachable or malformed.</exception>
    Task<RemoteDocument> ReadManifestAsync(ImageReference reference, CancellationToken cancellationToken);
}

/// <summary>A manifest or an index, byte for byte.</summary>
/// <param name="Bytes">As it came.</param>
/// <param name="IsIndex">Which of the two.</param>
public sealed record RemoteDocument(ReadOnlyMemory<byte> Bytes, bool IsIndex);

/// <summary>An image as a registry describes it.</summary>
/// <param name="Reference">What was asked for.</param>
/// <param name="ManifestBytes">The manifest, byte for byte.</param>
/// <param name="Manifest">The same, read.</param>
/// <param name="ConfigBytes">The config, byte for byte.</param>
/// <param name="Config">The same, read.</param>
public sealed record RemoteImage(
    ImageReference Reference, ReadOnlyMemory<byte> ManifestBytes, ImageManifest Manifest, ReadOnlyMemory<byte> ConfigBytes, ImageConfig Config)
{
    /// <summary>Digest of what the reference names: the manifest, or the index it was chosen from.</summary>
    public Digest NamedDigest { get; init; } = Digest.Sha256(ManifestBytes.Span);
}

/// <summary>An image could not be had or sent; the message says which, from where and why.</summary>
public sealed class ImageSourceException(string message, Exception? inner = null, ImageSourceProblem problem = ImageSourceProblem.Invalid) : Exception(message, inner)
{
    /// <summary>What kind of reason it is.</summary>
    public ImageSourceProblem Problem { get; } = problem;

    /// <summary>What came from a mirror was not what it should be; opened again, it comes from elsewhere.</summary>
    public bool HasOtherSource { get; init; }
}

/// <summary>Why an image could not be had or sent.</summary>
public enum ImageSourceProblem
{
    /// <summary>What came is not what it should be, or makes no sense.</summary>
    Invalid,

    /// <summary>Unreachable, overloaded, broken: another try later may work.</summary>
    Unavailable,

    /// <summary>There is no such thing.</summary>
    NotFound,

    /// <summary>A login is missing, wrong, or not enough.</summary>
    Denied,
}
