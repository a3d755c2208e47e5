using Builder.Executor.Copying;

namespace Builder.Executor.Tests.Copying;

public sealed class ModeChangeTests
{
    [Theory]
    [InlineData("755", "644", false, "755")]
    [InlineData("0644", "777", false, "644")]
    [InlineData("7777", "0", true, "7777")]
    [InlineData("0", "777", false, "0")]
    [InlineData("u+x", "644", false, "744")]
    [InlineData("+x", "644", false, "755")]
    [InlineData("a-w", "666", false, "444")]
    [InlineData("go=", "777", false, "700")]
    [InlineData("u=rwX,go=rX", "600", false, "644")]
    [InlineData("u=rwX,go=rX", "700", false, "755")]
    [InlineData("u=rwX,go=rX", "600", true, "755")]
    [InlineData("g=u", "640", false, "660")]
    [InlineData("o=g", "750", false, "755")]
    [InlineData("u+s,g+s", "755", false, "6755")]
    [InlineData("+t", "755", true, "1755")]
    [InlineData("u-s", "4755", false, "755")]
    [InlineData("u=rx", "4755", false, "555")]
    [InlineData("u+r-w", "200", false, "400")]
    public void A_mode_changes_as_chmod_says(string change, string before, bool isDirectory, string after)
    {
        int result = ModeChange.Parse(change).Apply(Convert.ToInt32(before, 8), isDirectory);

        Assert.Equal(after, Convert.ToString(result, 8));
    }

    [Theory]
    [InlineData("")]
    [InlineData("8")]
    [InlineData("10000")]
    [InlineData("7777777777777777")]
    [InlineData("rwx")]
    [InlineData("u+q")]
    [InlineData("u")]
    [InlineData("u+x,")]
    [InlineData("-1")]
    public void Anything_else_is_refused(string text) =>
        Assert.StartsWith($"--chmod '{text}' is neither", Assert.Throws<OperationException>(() => ModeChange.Parse(text)).Message, StringComparison.Ordinal);
}
