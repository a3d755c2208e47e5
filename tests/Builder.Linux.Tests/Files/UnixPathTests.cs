using System.Text;
using Builder.Linux.Files;

namespace Builder.Linux.Tests.Files;

public sealed class UnixPathTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("/", "")]
    [InlineData("a/b", "a/b")]
    [InlineData("/a//b/./c/", "a/b/c")]
    [InlineData("../../a", "a")]
    [InlineData("a/../../b", "b")]
    [InlineData("a/b/../c", "a/c")]
    [InlineData("a/..", "")]
    [InlineData("...", "...")]
    public void Cleaning_stays_inside_the_root(string path, string expected) =>
        Assert.Equal(expected, UnixPath.Decode(UnixPath.Clean(UnixPath.Encode(path))));

    [Fact]
    public void Paths_are_split_and_joined()
    {
        Assert.Equal(["a", "..", "b"], UnixPath.Split("/a//../b/"u8).Select(c => UnixPath.Decode(c)));
        Assert.Equal("a/b"u8.ToArray(), UnixPath.Join("a"u8, "b"u8));
        Assert.Equal("/b"u8.ToArray(), UnixPath.Join("/"u8, "b"u8));
        Assert.Equal("b"u8.ToArray(), UnixPath.Join(default, "b"u8));
        Assert.Equal("c"u8.ToArray(), UnixPath.FileName("a/b/c"u8).ToArray());
        Assert.Equal("a/b"u8.ToArray(), UnixPath.DirectoryName("a/b/c"u8).ToArray());
        Assert.True(UnixPath.DirectoryName("c"u8).IsEmpty);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_shown_but_never_taken_for_text()
    {
        byte[] name = [(byte)'a', 0xFF, 0x1B, (byte)'b', .. "é"u8];
        Assert.Equal(@"a\xff\x1bbé", UnixPath.Quote(name));
        Assert.False(UnixPath.TryDecode(name, out _));
        Assert.True(UnixPath.TryDecode("é"u8, out string text));
        Assert.Equal("é", text);
        Assert.Throws<EncoderFallbackException>(() => UnixPath.Encode("\ud800"));
    }

    [Fact]
    public void Names_compare_by_bytes()
    {
        byte[][] names = ["b"u8.ToArray(), "a!"u8.ToArray(), "a"u8.ToArray(), [0xFF], "é"u8.ToArray()];
        Assert.Equal([names[2], names[1], names[0], names[4], names[3]], names.Order(ByteComparer.Ordinal));
        HashSet<byte[]> set = new(ByteComparer.Ordinal) { names[0] };
        Assert.Contains("b"u8.ToArray(), set);
    }

    [Fact]
    public void Error_numbers_have_their_names()
    {
        Assert.Equal(["EPERM", "EAGAIN", "EDEADLK", "EOPNOTSUPP", "E?"], new[] { 1, 11, 35, 95, 9999 }.Select(Errno.NameOf));
        Assert.True(new FileTime(1, 5) >= new FileTime(1, 5) && new FileTime(1, 4) < new FileTime(1, 5) && new FileTime(1, 9) <= new FileTime(2, 0));
    }
}
