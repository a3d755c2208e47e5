namespace Builder.Oci.Images;

/// <summary>Where images go to: a registry.</summary>
public interface IImageTarget
{
    /// <summary>Whether the repository has a blob.</summary>
    /// <exception cref="ImageSourceException">Refused or unreachable.</exception>
    Task<bool> HasBlobAsync(ImageReference repository, Descriptor blob, CancellationToken cancellationToken);

    /// <summary>Makes sure that the repository has a blob: finds it there, has it mounted from another repository, or sends it.</summary>
    /// <exception cref="ImageSourceException">Refused or unreachable.</exception>
    Task<BlobPushOutcome> PushBlobAsync(ImageReference repository, BlobPush blob, CancellationToken cancellationToken);

    /// <summary>Stores a manifest or index under the tag of a reference, or under its digest when the reference has no tag.</summary>
    /// <returns>Its digest.</returns>
    /// <exception cref="ImageSourceException">Refused or unreachable.</exception>
    Task<Digest> PushManifestAsync(ImageReference reference, ReadOnlyMemory<byte> manifest, string mediaType, CancellationToken cancellationToken);
}

/// <summary>All a registry is.</summary>
public interface IImageRegistry : IImageSource, IImageTarget, IImageCatalogue;

/// <summary>A blob to be sent.</summary>
/// <param name="Descriptor">What it is.</param>
/// <param name="Open">Opens its bytes at an offset; the caller closes what it gets. May be called again when a transfer breaks.</param>
/// <param name="MountFrom">Another repository of the same registry that probably has it, or null.</param>
/// <param name="Progress">Told how many bytes are sent; falls back when a transfer has to begin again.</param>
public sealed record BlobPush(Descriptor Descriptor, Func<long, Stream> Open, ImageReference? MountFrom = null, Action<long>? Progress = null);

/// <summary>How a blob came to be in a repository.</summary>
public enum BlobPushOutcome
{
    /// <summary>It was there.</summary>
    Present,

    /// <summary>The registry took it from another repository.</summary>
    Mounted,

    /// <summary>It was sent.</summary>
    Uploaded,
}
