using Builder.Sandbox.Mounts;
using Builder.Sandbox.Plans;

namespace Builder.Sandbox.Tests;

public sealed class OverlayOptionsTests
{
    [Fact]
    public void Paths_are_relative_to_the_base_and_the_topmost_layer_comes_first() =>
        Assert.Equal(
            "userxattr,lowerdir=b/fs:a/fs,upperdir=d/fs,workdir=d/work",
            OverlayOptions.Format(new OverlayRoot("/s", ["b/fs", "a/fs"], "/s/d/fs", "/s/d/work")));

    [Fact]
    public void Separators_in_names_are_escaped() =>
        Assert.Equal(
            @"userxattr,lowerdir=x\:y,upperdir=c\,d,workdir=e\\f,volatile",
            OverlayOptions.Format(new OverlayRoot("/s", ["x:y"], "/s/c,d", @"/s/e\f") { Volatile = true }));

    [Fact]
    public void A_hundred_and_twenty_five_layers_fit_and_too_many_are_refused_clearly()
    {
        static OverlayRoot Root(int count) => new("/s", [.. Enumerable.Range(0, count).Select(i => $"aaaa{i:d6}/fs")], "/s/bbbbbbbbbb/fs", "/s/bbbbbbbbbb/work");
        Assert.NotEmpty(OverlayOptions.Format(Root(125)));
        Assert.Contains("500 layers", Assert.Throws<SandboxException>(() => OverlayOptions.Format(Root(500))).Message, StringComparison.Ordinal);
    }
}
