using Builder.Cli.Formatting;

namespace Builder.Cli.Tests.Formatting;

public sealed class HumanAgeTests
{
    [Theory]
    [InlineData(0.5, "Less than a second")]
    [InlineData(1, "1 second")]
    [InlineData(59, "59 seconds")]
    [InlineData(60, "About a minute")]
    [InlineData(119, "About a minute")]
    [InlineData(120, "2 minutes")]
    [InlineData(3599, "59 minutes")]
    [InlineData(3600, "About an hour")]
    [InlineData(5399, "About an hour")]
    [InlineData(5400, "2 hours")]
    [InlineData(47 * 3600, "47 hours")]
    [InlineData(48 * 3600, "2 days")]
    [InlineData(13 * 86400, "13 days")]
    [InlineData(14 * 86400, "2 weeks")]
    [InlineData(59 * 86400, "8 weeks")]
    [InlineData(60 * 86400, "2 months")]
    [InlineData(729 * 86400, "24 months")]
    [InlineData(730 * 86400, "2 years")]
    public void Ages_are_worded_as_docker_words_them(double seconds, string expected) => Assert.Equal(expected, HumanAge.Format(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void An_unknown_time_is_said_to_be_unknown()
    {
        Assert.Equal("N/A", Timestamps.Since(null, DateTimeOffset.UnixEpoch));
        Assert.Equal("N/A", Timestamps.At("yesterday"));
        Assert.Equal("1970-01-01 01:00:00 +0000 UTC", Timestamps.At("1970-01-01T02:00:00.5+01:00"));
    }
}
