using Builder.Sandbox.Sessions;

namespace Builder.Sandbox.Tests;

public sealed class IdMapTests
{
    private static readonly string[] Subuid = ["# comment", "other:1:2:3", "alice:100000:65536", "1001:300000:1000", "alice:500000:10", "bad:x:1", "zero:5:0"];

    [Fact]
    public void Every_range_of_the_first_name_that_has_one_is_used()
    {
        Assert.Equal([(100000L, 65536L), (500000L, 10L)], IdMap.ReadRanges(Subuid, "alice", "1001"));
        Assert.Equal([(300000L, 1000L)], IdMap.ReadRanges(Subuid, "bob", "1001"));
        Assert.Empty(IdMap.ReadRanges(Subuid, "bad", "zero", "other"));
    }

    [Fact]
    public void A_users_own_id_becomes_root_and_the_ranges_follow_without_a_gap()
    {
        Assert.Equal(
            ["0 1001 1", "1 100000 65536", "65537 500000 10"],
            IdMap.ForUser(1001, [(100000, 65536), (500000, 10)]).Select(r => r.ToString()));
    }

    [Fact]
    public void Root_without_a_range_gets_the_documented_one()
    {
        Assert.Equal(["0 0 1", $"1 {IdMap.DefaultRootStart} 65536"], IdMap.ForRoot([], withHostIds: false).Select(r => r.ToString()));
    }

    [Theory]
    [InlineData(100000, 65536)]
    [InlineData(1, 65536)]
    [InlineData(IdMap.DefaultRootStart, 65536)]
    public void Roots_map_covers_the_machines_ids_once_each_inside_and_outside(long start, long count)
    {
        IReadOnlyList<IdRange> map = IdMap.ForRoot([(start, count)], withHostIds: true);
        AssertDisjoint([.. map.Select(r => (r.Inside, r.Count))]);
        AssertDisjoint([.. map.Select(r => (r.Outside, r.Count))]);
        Assert.Contains(map, r => r.Outside <= 70000 && r.Outside + r.Count > 70000);
        Assert.All(map, r => Assert.InRange(r.Inside + r.Count, 1, (long)int.MaxValue));
        Assert.InRange(map.Count, 2, 340);
    }

    private static void AssertDisjoint((long Start, long Count)[] ranges)
    {
        (long Start, long Count)[] sorted = [.. ranges.Order()];
        for (int i = 1; i < sorted.Length; i++) Assert.True(sorted[i - 1].Start + sorted[i - 1].Count <= sorted[i].Start, $"{sorted[i - 1]} {sorted[i]}");
    }
}
