using Builder.Oci;

namespace Builder.Cache.Downloads;

/// <summary>What a URL gave when it was last asked for.</summary>
/// <param name="Digest">Of the content; the blob may be gone meanwhile.</param>
/// <param name="EntityTag">The server's ETag, or null.</param>
/// <param name="LastModified">The server's Last-Modified, or null.</param>
public sealed record Download(Digest Digest, string? EntityTag, DateTimeOffset? LastModified);
