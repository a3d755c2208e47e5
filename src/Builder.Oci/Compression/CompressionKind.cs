namespace Builder.Oci.Compression;

/// <summary>How a layer or archive is compressed.</summary>
public enum CompressionKind
{
    None,
    Gzip,
    Zstd,
    Bzip2,
    Xz,
}
