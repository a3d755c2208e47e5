using Builder.Linux.Files;

namespace Builder.Linux.Tests.Files;

public sealed class DirectoryPlacementTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void Children_are_spread_where_the_file_system_is_ext4_and_asking_again_changes_nothing()
    {
        bool isExt4 = Shell.Output("stat", "-f", "-c", "%T", _directory.Path) == "ext2/ext3";
        DirectoryPlacement.SpreadChildren(_directory.Path);
        Assert.Equal(isExt4, DirectoryPlacement.SpreadsChildren(_directory.Path));
        DirectoryPlacement.SpreadChildren(_directory.Path);
        Assert.Equal(isExt4, DirectoryPlacement.SpreadsChildren(_directory.Path));
    }

    [Fact]
    public void A_file_system_that_does_not_know_it_is_left_alone()
    {
        // /proc has no such flags and can't be written to.
        DirectoryPlacement.SpreadChildren("/proc/self");
        Assert.False(DirectoryPlacement.SpreadsChildren("/proc/self"));
    }

    public void Dispose() => _directory.Dispose();
}
