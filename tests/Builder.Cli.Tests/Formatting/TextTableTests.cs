using Builder.Cli.Formatting;

namespace Builder.Cli.Tests.Formatting;

public sealed class TextTableTests
{
    [Fact]
    public void Columns_are_as_wide_as_dockers()
    {
        var table = new TextTable("REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE");
        table.Add("busybox", "latest", "0123456789ab", "2 weeks ago", "4.26MB");
        var text = new StringWriter();
        table.Write(text);
        Assert.Equal(
            "REPOSITORY   TAG       IMAGE ID       CREATED       SIZE\nbusybox      latest    0123456789ab   2 weeks ago   4.26MB\n", text.ToString());
    }

    [Theory]
    [InlineData("busybox", "busybox", true)]
    [InlineData("busy*", "busybox:latest", true)]
    [InlineData("*", "team/app", false)]
    [InlineData("*/*", "team/app", true)]
    [InlineData("team/a?p", "team/app", true)]
    [InlineData("team/[a-c]pp", "team/app", true)]
    [InlineData("team/[^a]pp", "team/app", false)]
    [InlineData("a\\*", "a*", true)]
    [InlineData("[a", "a", false)]
    [InlineData("", "", true)]
    public void Patterns_match_as_in_go(string pattern, string text, bool expected) => Assert.Equal(expected, Glob.IsMatch(pattern, text));

    [Fact]
    public void What_a_terminal_would_obey_is_not_printed()
    {
        var table = new TextTable("A", "B");
        table.Add("\u001b[2J", "x\ry\nz\u009b1m");
        using var writer = new StringWriter();
        table.Write(writer);
        Assert.Equal("A         B\n?[2J      x?y\nz?1m\n", writer.ToString());
    }
}
