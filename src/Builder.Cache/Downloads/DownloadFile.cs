namespace Builder.Cache.Downloads;

/// <summary>A file of the download store.</summary>
/// <param name="Digest">Of the content.</param>
/// <param name="EntityTag">The server's ETag.</param>
/// <param name="LastModified">The server's Last-Modified.</param>
internal sealed record DownloadFile(string? Digest, string? EntityTag, DateTimeOffset? LastModified);
