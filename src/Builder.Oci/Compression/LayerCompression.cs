using Builder.Oci.Streams;
using Builder.Oci.Tar;

namespace Builder.Oci.Compression;

/// <summary>
/// Recognises compressed data by its first bytes and opens it. gzip and bzip2 are built in; zstd and xz need the system's
/// codecs, which the caller supplies: functions from the compressed stream to a stream of what is inside.
/// </summary>
/// <param name="zstd">Opens zstd data, or null when it can't be.</param>
/// <param name="xz">Opens xz data, or null when it can't be.</param>
public sealed class LayerCompression(Func<Stream, Stream>? zstd = null, Func<Stream, Stream>? xz = null)
{
    /// <summary>As many bytes from the start as <see cref="Detect"/> looks at.</summary>
    public const int ProbeSize = 6;

    /// <summary>Tells the compression from the first bytes; anything unknown is <see cref="CompressionKind.None"/>.</summary>
    public static CompressionKind Detect(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b, 0x08])) return CompressionKind.Gzip;
        if (start.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd])) return CompressionKind.Zstd;
        if (start.StartsWith((ReadOnlySpan<byte>)[0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0])) return CompressionKind.Xz;
        return start.StartsWith("BZh"u8) && start.Length > 3 && start[3] is >= (byte)'1' and <= (byte)'9' ? CompressionKind.Bzip2 : CompressionKind.None;
    }

    /// <summary>Whether a first block of 512 bytes is the header of a tar entry (or the end of an empty archive).</summary>
    public static bool IsTarHeader(ReadOnlySpan<byte> block) =>
        block.Length >= TarBlock.Size && (TarBlock.IsZero(block[..TarBlock.Size]) || TarBlock.HasValidChecksum(block[..TarBlock.Size]));

    /// <summary>The media type of a layer compressed so; null when image manifests have none (bzip2, xz).</summary>
    public static string? LayerMediaType(CompressionKind kind) => kind switch
    {
        CompressionKind.None => MediaTypes.OciLayer,
        CompressionKind.Gzip => MediaTypes.OciLayerGzip,
        CompressionKind.Zstd => MediaTypes.OciLayerZstd,
        _ => null,
    };

    /// <summary>Looks at the first bytes and opens what is inside. Closing the result closes the input.</summary>
    /// <exception cref="OciFormatException">Compressed in a way that can't be opened here. Reading throws it when the data is damaged.</exception>
    public async Task<(Stream Content, CompressionKind Kind)> OpenAsync(Stream input, CancellationToken cancellationToken)
    {
        byte[] start = new byte[ProbeSize];
        int count = await input.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        return Open(input, start.AsMemory(0, count));
    }

    /// <inheritdoc cref="OpenAsync"/>
    public (Stream Content, CompressionKind Kind) Open(Stream input)
    {
        byte[] start = new byte[ProbeSize];
        int count = input.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return Open(input, start.AsMemory(0, count));
    }

    private static OciFormatException Unsupported(string name) => new($"the data is compressed with {name}, which can't be opened on this system");

    private (Stream Content, CompressionKind Kind) Open(Stream input, ReadOnlyMemory<byte> start)
    {
        CompressionKind kind = Detect(start.Span);
        var whole = new PrefixedStream(start, input);
        return kind switch
        {
            CompressionKind.Gzip => (new DecodingStream(new GzipDecoder(whole), "gzip"), kind),
            CompressionKind.Bzip2 => (new DecodingStream(new Bzip2Stream(whole), "bzip2"), kind),
            CompressionKind.Zstd => (new DecodingStream((zstd ?? throw Unsupported("zstd"))(whole), "zstd"), kind),
            CompressionKind.Xz => (new DecodingStream((xz ?? throw Unsupported("xz"))(whole), "xz"), kind),
            _ => (whole, kind),
        };
    }
}
