using Builder.Graph.Lowering.History;
using Builder.Graph.Lowering.Values;
using Builder.Graph.Sources;

namespace Builder.Graph.Tests.Lowering;

public class ValueTests
{
    [Theory]
    [InlineData("1h2m3.5s", 3_723_500_000_000, "1h2m3.5s")]
    [InlineData("90s", 90_000_000_000, "1m30s")]
    [InlineData("1h", 3_600_000_000_000, "1h0m0s")]
    [InlineData("1.5ms", 1_500_000, "1.5ms")]
    [InlineData("+2us", 2_000, "2µs")]
    [InlineData("7ns", 7, "7ns")]
    [InlineData("0", 0, "0s")]
    [InlineData(".5s", 500_000_000, "500ms")]
    public void Durations_are_read_and_printed_as_go_does(string text, long nanoseconds, string printed)
    {
        Assert.True(GoDuration.TryParse(text, out long actual));
        Assert.Equal((nanoseconds, printed), (actual, GoDuration.Format(actual)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("1x")]
    [InlineData("1..5s")]
    [InlineData("9999999999h")]
    [InlineData("2562047h60m")]
    [InlineData("99999999999999999999999999999999999999s")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(GoDuration.TryParse(text, out _));

    [Theory]
    [InlineData("a\"b\\", "\"a\\\"b\\\\\"")]
    [InlineData("\a\b\f\n\r\t\v", "\"\\a\\b\\f\\n\\r\\t\\v\"")]
    [InlineData("\u0001\u007f\u00a0é\u200b", "\"\\x01\\x7f\\u00a0é\\u200b\"")]
    [InlineData("\U0001F600\U000E0001", "\"\U0001F600\\U000e0001\"")]
    public void Strings_are_quoted_as_go_does(string text, string quoted) => Assert.Equal(quoted, GoText.Quote(text));

    [Theory]
    [InlineData(0, @"'\x00'")]
    [InlineData(3, @"'\x03'")]
    [InlineData(34, "'\"'")]
    [InlineData(0x110000, "'\ufffd'")]
    public void Numbers_are_quoted_as_characters(int number, string quoted) => Assert.Equal(quoted, GoText.QuoteCharacter(number));

    [Theory]
    [InlineData("12", 12)]
    [InlineData("1KB", 1024)]
    [InlineData("1.5 g", 1610612736)]
    [InlineData("2tib", 2L << 40)]
    public void Sizes_are_powers_of_1024(string text, long bytes)
    {
        Assert.True(ByteSize.TryParse(text, out long actual));
        Assert.Equal(bytes, actual);
    }

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("-1")]
    [InlineData("1x")]
    [InlineData("99999999999p")]
    [InlineData("999999999999999999999999999999999999")]
    public void What_is_no_size_is_refused(string text) => Assert.False(ByteSize.TryParse(text, out _));

    [Theory]
    [InlineData("a//b/./c/..", "a/b")]
    [InlineData("../a", "../a")]
    [InlineData("a/../..", "..")]
    [InlineData("", ".")]
    [InlineData("/a/../../b/", "/b")]
    public void Paths_are_cleaned_as_go_does(string path, string clean) => Assert.Equal(clean, ContainerPath.Clean(path));

    [Theory]
    [InlineData("a/b/", "b")]
    [InlineData("/", "/")]
    [InlineData("", ".")]
    public void The_last_element_of_a_path_is_found(string path, string last) => Assert.Equal(last, ContainerPath.LastElement(path));

    [Theory]
    [InlineData("https://host/a.git", true, false)]
    [InlineData("https://host/a.git?ref=x", true, false)]
    [InlineData("https://host/a.github", false, true)]
    [InlineData("http://host/x?y=.git", false, true)]
    [InlineData("ssh://host/a", true, false)]
    [InlineData("a:b", false, false)]
    [InlineData("dir/a.git", false, false)]
    public void Remote_sources_are_told_apart(string source, bool git, bool http) => Assert.Equal((git, http), (GitLocation.IsGit(source), HttpLocation.IsHttp(source)));
}
