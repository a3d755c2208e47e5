using System.Text;
using Builder.Executor.Contexts;
using Builder.Executor.Explaining;

namespace Builder.Executor.Tests.Explaining;

/// <summary>Two lists of files, and the words for what differs.</summary>
public sealed class ManifestDifferenceTests
{
    private static readonly ManifestLine File = Line("a") with { Mode = "644", Owner = "0:0", Content = "1 abc", Attributes = "-" };

    [Fact]
    public void Equal_lists_have_no_difference() => Assert.Empty(ManifestDifference.Between([File, Line("b")], [File, Line("b")]));

    [Fact]
    public void What_came_and_what_went_is_named_in_order() => Assert.Equal(
        ["a: removed", "c: added", "e: removed"],
        ManifestDifference.Between([Line("a"), Line("b"), Line("e")], [Line("b"), Line("c")]));

    [Fact]
    public void Every_attribute_that_differs_is_named()
    {
        Assert.Equal(["a: content changed"], Changed(File with { Content = "1 abd" }));
        Assert.Equal(["a: mode changed from 644 to 755"], Changed(File with { Mode = "755" }));
        Assert.Equal(["a: owner changed from 0:0 to 1:1"], Changed(File with { Owner = "1:1" }));
        Assert.Equal(["a: extended attributes changed"], Changed(File with { Attributes = "- 12" }));
        Assert.Equal(["a: is another name of a file, or no longer"], Changed(File with { Attributes = "link b" }));
        Assert.Equal(["a: was a file, is a directory"], Changed(File with { Type = "d", Content = "-" }));
        Assert.Equal(["a: content changed, mode changed from 644 to 600"], Changed(File with { Content = "2 x", Mode = "600" }));
        Assert.Equal(
            ["l: link changed from a to b"],
            ManifestDifference.Between([Line("l") with { Type = "l", Content = "a" }], [Line("l") with { Type = "l", Content = "b" }]));
    }

    [Fact]
    public void A_long_list_of_differences_ends_with_their_number()
    {
        IReadOnlyList<string> differences = ManifestDifference.Between([], [.. Enumerable.Range(0, 50).Select(i => Line($"f{i:D2}"))]);

        Assert.Equal(21, differences.Count);
        Assert.Equal("and 30 more files", differences[^1]);
    }

    private static IReadOnlyList<string> Changed(ManifestLine line) => ManifestDifference.Between([File], [line]);

    private static ManifestLine Line(string name) => new(0, TreePath.Root.Child(Encoding.UTF8.GetBytes(name)), "f", "-", "-", "-", "-");
}
