using Builder.Linux.Codecs;
using Builder.Oci.Compression;

namespace Builder.Cache.Layers;

/// <summary>zstd data as frames in a row, one for each block (RFC 8878 section 3.1: decoders take any number of them).</summary>
/// <param name="level">1 to 22.</param>
internal sealed class ZstdBlocks(int level) : BlockEncoder
{
    internal const int DefaultLevel = ZstdLibrary.DefaultLevel;
    internal const int HighestLevel = ZstdLibrary.MaxLevel;

    /// <inheritdoc/>
    public override int BlockSize => 4 << 20;

    /// <inheritdoc/>
    public override int MaxEncodedSize(int size) => ZstdLibrary.MaxCompressedSize(size);

    /// <inheritdoc/>
    public override EncodedBlock Encode(ReadOnlyMemory<byte> block, Memory<byte> output) =>
        new(ZstdLibrary.Compress(block.Span, output.Span, level), block.Length);
}
