using Builder.Oci.Compression;

namespace Builder.Cache.Layers;

/// <summary>How layers are to be compressed for others.</summary>
/// <param name="Kind">None, gzip or zstd.</param>
/// <param name="Level">Null for the usual one of the kind.</param>
/// <param name="Force">Also layers that came compressed in another way; otherwise only those that are not compressed.</param>
public sealed record CompressionChoice(CompressionKind Kind, int? Level = null, bool Force = false)
{
    /// <summary>gzip, which every registry and engine takes.</summary>
    public static CompressionChoice Default { get; } = new(CompressionKind.Gzip);

    /// <summary>The levels there are, both ends included.</summary>
    public static (int Lowest, int Highest) Levels(CompressionKind kind) => kind == CompressionKind.Zstd ? (0, ZstdBlocks.HighestLevel) : (0, 9);

    /// <summary>Equal names mean equal bytes of one content.</summary>
    internal string CodecName => Kind == CompressionKind.Zstd ? $"zstd-{Level ?? ZstdBlocks.DefaultLevel}" : $"gzip-{Level ?? GzipBlocks.DefaultLevel}";

    internal BlockEncoder CreateEncoder() => Kind switch
    {
        CompressionKind.Gzip => new GzipBlocks(Level ?? GzipBlocks.DefaultLevel),
        CompressionKind.Zstd => new ZstdBlocks(Level ?? ZstdBlocks.DefaultLevel),
        _ => throw new InvalidOperationException($"{Kind} is not written"),
    };
}
