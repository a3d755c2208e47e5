using Builder.Linux.Codecs;
using Builder.Oci.Compression;

namespace Builder.Cache.Layers;

/// <summary>Opens whatever a layer or archive may be compressed with, zstd and xz through the system's libraries.</summary>
public static class SystemCodecs
{
    /// <summary>The decoders.</summary>
    public static LayerCompression Layers { get; } = new(zstd: static input => new ZstdDecodingStream(input), xz: static input => new XzDecodingStream(input));
}
