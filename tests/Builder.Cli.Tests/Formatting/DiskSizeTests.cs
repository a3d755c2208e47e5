using Builder.Cli.Formatting;

namespace Builder.Cli.Tests.Formatting;

public sealed class DiskSizeTests
{
    [Theory]
    [InlineData("1GB", 1_000_000_000)]
    [InlineData("1g", 1_000_000_000)]
    [InlineData("1.5 GiB", 1_610_612_736)]
    [InlineData("512", 512)]
    [InlineData("20kb", 20_000)]
    public void Sizes_of_disks_are_read(string text, long expected) => Assert.Equal(expected, DiskSize.Parse(text, "limit"));

    [Theory]
    [InlineData("")]
    [InlineData("much")]
    [InlineData("-1GB")]
    [InlineData("1ib")]
    public void Anything_else_is_refused(string text) =>
        Assert.Contains("limit", Assert.Throws<CommandException>(() => DiskSize.Parse(text, "limit")).Message, StringComparison.Ordinal);
}
