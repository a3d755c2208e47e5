using Builder.Cache.Usage;
using Builder.Cli.Pruning;

namespace Builder.Cli.Tests.Pruning;

public sealed class PruneFiltersTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("until=24h", 25, true)]
    [InlineData("until=24h", 23, false)]
    [InlineData("until=1h30m", 2, true)]
    [InlineData("until=1h30m", 1, false)]
    [InlineData("until=2026-01-01T12:00:00Z", 13, true)]
    [InlineData("until=2026-01-01T12:00:00Z", 11, false)]
    [InlineData("label=a=1", 0, true)]
    [InlineData("label=a", 0, true)]
    [InlineData("label=a=2", 0, false)]
    [InlineData("label!=a", 0, false)]
    [InlineData("label!=b", 0, true)]
    public void Objects_match_by_age_and_label(string filter, int ageInHours, bool expected)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "1" };
        Assert.Equal(expected, PruneFilters.Read([filter], PruneFilters.OfObjects).Matches(Now.AddHours(-ageInHours), labels, Now));
    }

    [Theory]
    [InlineData("until=24h", true)]
    [InlineData("unused-for=48h", false)]
    [InlineData("id=abc", true)]
    [InlineData("id=x", false)]
    [InlineData("type=regular", true)]
    [InlineData("type=exec.cachemount", false)]
    [InlineData("shared", false)]
    [InlineData("private", true)]
    [InlineData("inuse=false", true)]
    [InlineData("description~=make", true)]
    [InlineData("type=blob,type=regular", true)]
    public void Things_of_the_cache_match_by_what_they_are(string filter, bool expected)
    {
        var item = new UsageItem(UsageKind.Snapshot, "abcdefgh", 1, Now.AddHours(-30), Now.AddHours(-30), "RUN make", null, IsInUse: false, IsShared: false);
        Assert.Equal(expected, PruneFilters.Read([filter], PruneFilters.OfCache).Matches(item, Now));
    }

    [Fact]
    public void Images_can_be_chosen_by_whether_they_dangle()
    {
        PruneFilters filters = PruneFilters.Read(["dangling=false", "until=1h"], PruneFilters.OfImages);
        Assert.False(filters.Dangling);
        Assert.True(filters.Matches(Now.AddHours(-2), null, Now));
        Assert.True(PruneFilters.Read(["dangling=1"], PruneFilters.OfImages).Dangling);
        Assert.Null(PruneFilters.Read(["until=1h"], PruneFilters.OfImages).Dangling);
        Assert.Throws<CommandException>(() => PruneFilters.Read(["dangling=maybe"], PruneFilters.OfImages));
        Assert.Throws<CommandException>(() => PruneFilters.Read(["dangling=true"], PruneFilters.OfObjects));
    }

    [Theory]
    [InlineData("until=yesterday")]
    [InlineData("until")]
    [InlineData("colour=red")]
    [InlineData("shared=perhaps")]
    public void What_makes_no_sense_is_refused(string filter) =>
        Assert.Throws<CommandException>(() => PruneFilters.Read([filter], PruneFilters.OfCache));
}
