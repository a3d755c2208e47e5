using Builder.Oci.Images;

namespace Builder.Cache.Sharing;

/// <summary>A cache that somebody else filled: a registry or a directory. Whoever reads verifies what comes.</summary>
public interface ICacheSource
{
    /// <summary>For messages, as its user wrote it.</summary>
    string Name { get; }

    /// <summary>The manifest or index that the source names.</summary>
    /// <exception cref="CacheSourceException">It can't be had.</exception>
    Task<ReadOnlyMemory<byte>> ReadManifestAsync(CancellationToken cancellationToken);

    /// <summary>One of those that an index names.</summary>
    /// <exception cref="CacheSourceException">It can't be had.</exception>
    Task<ReadOnlyMemory<byte>> ReadManifestAsync(Descriptor manifest, CancellationToken cancellationToken);

    /// <summary>Opens a blob; reading it may fail with <see cref="CacheSourceException"/> or <see cref="IOException"/> at any byte.</summary>
    /// <exception cref="CacheSourceException">It can't be had.</exception>
    Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken cancellationToken);
}

/// <summary>Where a cache is put for others.</summary>
public interface ICacheTarget
{
    /// <summary>For messages, as its user wrote it.</summary>
    string Name { get; }

    /// <summary>Whether the blob is there, and need not be sent.</summary>
    /// <exception cref="CacheSourceException">The target can't be reached or refuses.</exception>
    Task<bool> HasBlobAsync(Descriptor blob, CancellationToken cancellationToken);

    /// <summary>Makes sure that a blob is there.</summary>
    /// <param name="blob">What it is.</param>
    /// <param name="open">Opens its bytes at an offset; may be called again.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="CacheSourceException">The target can't be reached or refuses.</exception>
    Task PutBlobAsync(Descriptor blob, Func<long, Stream> open, CancellationToken cancellationToken);

    /// <summary>Makes a manifest or index, whose blobs are there, what the target names.</summary>
    /// <exception cref="CacheSourceException">The target can't be reached or refuses.</exception>
    Task PutManifestAsync(ReadOnlyMemory<byte> manifest, string mediaType, CancellationToken cancellationToken);
}

/// <summary>A shared cache can't be read or written; the message says why.</summary>
/// <param name="message">Why.</param>
/// <param name="inner">What led to it.</param>
/// <param name="isUnreachable">Nothing else can be had from there now either.</param>
public sealed class CacheSourceException(string message, Exception? inner = null, bool isUnreachable = false) : Exception(message, inner)
{
    /// <summary>Whether asking for something else is a waste of time: the server is silent, broken or refuses.</summary>
    public bool IsUnreachable { get; } = isUnreachable;
}
