using Builder.Oci.Compression;
using Builder.Oci.Tests.Archives;
using Builder.Oci.Tests.Tar;
using Builder.Oci.Tests.Tools;
using ICSharpCode.SharpZipLib.BZip2;

namespace Builder.Oci.Tests.Compression;

public class LayerCompressionTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * i / 7))];

    [Theory]
    [InlineData(new byte[] { 0x1f, 0x8b, 8 }, CompressionKind.Gzip)]
    [InlineData(new byte[] { 0x28, 0xb5, 0x2f, 0xfd }, CompressionKind.Zstd)]
    [InlineData(new byte[] { 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0 }, CompressionKind.Xz)]
    [InlineData(new byte[] { 0x42, 0x5a, 0x68, 0x39 }, CompressionKind.Bzip2)]
    [InlineData(new byte[] { 0x42, 0x5a, 0x68, 0x30 }, CompressionKind.None)]
    [InlineData(new byte[] { 0x1f, 0x8b }, CompressionKind.None)]
    [InlineData(new byte[0], CompressionKind.None)]
    public void Compression_is_told_by_the_first_bytes(byte[] start, CompressionKind kind) => Assert.Equal(kind, LayerCompression.Detect(start));

    [Fact]
    public async Task Several_members_in_a_row_are_one_content()
    {
        byte[] half = Content[..100_000];
        byte[] rest = Content[100_000..];
        Assert.Equal((CompressionKind.Gzip, Content.Length), await ReadAsync([.. Sample.Gzip(half), .. Sample.Gzip(rest)]));
        Assert.Equal((CompressionKind.Bzip2, Content.Length), await ReadAsync([.. Bzip2(half), .. Bzip2(rest)]));
        Assert.Equal((CompressionKind.None, Content.Length), await ReadAsync(Content));
        Assert.Equal((CompressionKind.None, 3), await ReadAsync([1, 2, 3]));
    }

    [Fact]
    public async Task Damaged_data_is_an_error_and_not_a_quiet_end()
    {
        foreach (byte[] whole in (byte[][])[Sample.Gzip(Content), Bzip2(Content)])
        {
            await DamagedAsync(whole[..^1]);
            await DamagedAsync(whole[..(whole.Length / 2)]);
            byte[] flipped = [.. whole];
            flipped[whole.Length / 2] ^= 0x55;
            await DamagedAsync(flipped);
        }

        await DamagedAsync([.. Bzip2(Content), 1, 2, 3]);
    }

    [Fact]
    public void Codecs_that_are_not_there_are_named()
    {
        Assert.Contains("zstd", Assert.Throws<OciFormatException>(() => new LayerCompression().Open(new MemoryStream([0x28, 0xb5, 0x2f, 0xfd]))).Message, StringComparison.Ordinal);
        (Stream content, CompressionKind kind) = new LayerCompression(zstd: s => s).Open(new MemoryStream([0x28, 0xb5, 0x2f, 0xfd, 7]));
        Assert.Equal((CompressionKind.Zstd, 0x28), (kind, content.ReadByte()));
        content.Dispose();
    }

    [Fact]
    public void A_tar_is_told_by_its_first_header()
    {
        Assert.True(LayerCompression.IsTarHeader(Sample.LayerTar("a", "b")));
        Assert.True(LayerCompression.IsTarHeader(new byte[1024]));
        Assert.False(LayerCompression.IsTarHeader(new byte[511]));
        Assert.False(LayerCompression.IsTarHeader(Content));
    }

    [ToolFact("bzip2", "gzip")]
    public async Task Data_of_the_usual_programs_is_opened()
    {
        using var scratch = new ScratchDirectory();
        await File.WriteAllBytesAsync(scratch["f"], Content);
        Tool.Shell(scratch.Path, "gzip -k f; bzip2 -k f; cat f.bz2 f.bz2 > g.bz2");
        Assert.Equal((CompressionKind.Gzip, Content.Length), await ReadAsync(await File.ReadAllBytesAsync(scratch["f.gz"])));
        Assert.Equal((CompressionKind.Bzip2, Content.Length), await ReadAsync(await File.ReadAllBytesAsync(scratch["f.bz2"])));
        Assert.Equal((CompressionKind.Bzip2, 2 * Content.Length), await ReadAsync(await File.ReadAllBytesAsync(scratch["g.bz2"])));
    }

    private static byte[] Bzip2(byte[] content)
    {
        using var output = new MemoryStream();
        using (var bzip2 = new BZip2OutputStream(output) { IsStreamOwner = false }) bzip2.Write(content);
        return output.ToArray();
    }

    private static async Task<(CompressionKind Kind, int Length)> ReadAsync(byte[] data)
    {
        (Stream content, CompressionKind kind) = await new LayerCompression().OpenAsync(new DribblingStream(data), CancellationToken.None);
        await using Stream opened = content;
        using var copy = new MemoryStream();
        await opened.CopyToAsync(copy);
        Assert.True(copy.Length < Content.Length || copy.ToArray().AsSpan().StartsWith(Content));
        (Stream sync, _) = new LayerCompression().Open(new MemoryStream(data));
        using Stream again = sync;
        using var second = new MemoryStream();
        again.CopyTo(second);
        Assert.Equal(copy.ToArray(), second.ToArray());
        return (kind, (int)copy.Length);
    }

    private static async Task DamagedAsync(byte[] data)
    {
        OciFormatException error = await Assert.ThrowsAsync<OciFormatException>(() => ReadAsync(data));
        Assert.Contains("damaged", error.Message, StringComparison.Ordinal);
    }
}
