using Builder.Sandbox.Capabilities;

namespace Builder.Sandbox.Tests;

public sealed class CapabilitySetTests
{
    private static readonly int[] Start = [0, 5];

    [Fact]
    public void Names_are_known_with_and_without_prefix_in_any_case()
    {
        Assert.Equal(21, CapabilitySet.NumberOf("CAP_SYS_ADMIN"));
        Assert.Equal(21, CapabilitySet.NumberOf("sys_admin"));
        Assert.Equal(40, CapabilitySet.NumberOf("checkpoint_restore"));
        Assert.Null(CapabilitySet.NumberOf("CAP_"));
        Assert.Null(CapabilitySet.NumberOf("ALL"));
    }

    [Fact]
    public void Added_ones_come_and_dropped_ones_go()
    {
        Assert.Equal([5, 12], CapabilitySet.Change(Start, ["net_admin"], ["CAP_CHOWN"]));
        Assert.Equal(Start, CapabilitySet.Change(Start, ["chown"], ["mknod"]));
    }

    [Fact]
    public void All_stands_for_all()
    {
        Assert.Equal(41, CapabilitySet.Change(Start, ["ALL"], []).Count);
        Assert.Equal([12], CapabilitySet.Change(Start, ["NET_ADMIN"], ["all"]));
        Assert.Equal(40, CapabilitySet.Change(Start, ["ALL"], ["SYS_ADMIN"]).Count);
        Assert.Empty(CapabilitySet.Change(Start, [], ["ALL"]));
    }

    [Fact]
    public void An_unknown_name_is_an_error() => Assert.Throws<ArgumentException>(() => CapabilitySet.Change(Start, ["FOO"], []));
}
