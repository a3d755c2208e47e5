using Builder.Linux.Codecs;
using Builder.Oci.Compression;

namespace Builder.Cache.Layers;

/// <summary>Opens whatever a layer may be compressed with, zstd through the system's library.</summary>
public static class SystemCodecs
{
    /// <summary>The decoders.</summary>
    public static LayerCompression Layers { get; } = new(zstd: static input => new ZstdDecodingStream(input));
}
