using Builder.Cli.Formatting;

namespace Builder.Cli.Tests.Formatting;

public sealed class HumanSizeTests
{
    [Theory]
    [InlineData(0, "0B")]
    [InlineData(999, "999B")]
    [InlineData(1000, "1kB")]
    [InlineData(1024, "1.02kB")]
    [InlineData(4_261_550, "4.26MB")]
    [InlineData(77_800_000, "77.8MB")]
    [InlineData(124_000_000, "124MB")]
    [InlineData(999_600, "1MB")]
    [InlineData(1_240_000_000, "1.24GB")]
    [InlineData(9_996, "10kB")]
    [InlineData(long.MaxValue, "9.22EB")]
    public void Sizes_have_decimal_units_and_three_digits(long bytes, string expected) => Assert.Equal(expected, HumanSize.Format(bytes));

    [Theory]
    [InlineData("512", 512)]
    [InlineData("64m", 64L << 20)]
    [InlineData("64MB", 64L << 20)]
    [InlineData("1.5GiB", 1610612736)]
    [InlineData("2k", 2048)]
    public void Sizes_are_read_with_binary_units(string text, long expected) => Assert.Equal(expected, ByteSize.Parse(text, "--shm-size"));

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("-1m")]
    [InlineData("64x")]
    [InlineData("99999999999p")]
    public void What_is_no_size_is_refused_by_name(string text)
    {
        CommandException e = Assert.Throws<CommandException>(() => ByteSize.Parse(text, "--shm-size"));
        Assert.Equal((ExitCode?)ExitCode.Refused, e.ExitCode);
        Assert.Contains($"invalid --shm-size \"{text}\"", e.Message, StringComparison.Ordinal);
    }
}
