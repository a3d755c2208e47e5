using Builder.Graph.Building;
using Builder.Graph.Lowering;
using Builder.Graph.Tests.Lowering;
using Builder.Oci;

namespace Builder.Graph.Tests.Building;

public class GraphUnionTests
{
    private const string Dockerfile =
        "FROM --platform=$BUILDPLATFORM scratch AS build\nCOPY common /\nFROM build AS own\nARG TARGETARCH\nCOPY $TARGETARCH /\nFROM scratch\nCOPY --from=own / /\n";

    [Fact]
    public void What_platforms_have_in_common_is_there_once_and_each_keeps_its_target_and_history()
    {
        LoweredBuild[] alone = [For("linux/amd64"), For("linux/arm64")];
        IReadOnlyList<LoweredBuild> together = GraphUnion.Of(alone);
        Assert.Equal(together[0].Graph.Vertices, together[1].Graph.Vertices);
        Assert.Equal(alone.Sum(build => build.Graph.Vertices.Count) - 3, together[0].Graph.Vertices.Count); // scratch, the context, the common copy
        Assert.Equal([together[0].Graph.Target, together[1].Graph.Target], together[0].Graph.Targets);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(LabelsOf(alone[i]), LabelsOf(together[i]));
            Assert.Equal(alone[i].History.Select(item => item.Vertex is { } v ? alone[i].Graph[v].Origin.SourceText : ""), together[i].History.Select(item => item.Vertex is { } v ? together[i].Graph[v].Origin.SourceText : ""));
        }
    }

    [Fact]
    public void One_build_stays_what_it_is()
    {
        LoweredBuild build = For("linux/amd64");
        Assert.Same(build, Assert.Single(GraphUnion.Of([build])));
    }

    [Fact]
    public void Labels_name_the_platform_of_their_stage_when_there_are_several()
    {
        string[] labels = [.. For("linux/s390x").Graph.Vertices.Select(vertex => vertex.Origin.Label)];
        Assert.Contains("[linux/s390x stage-2 1/1] COPY --from=own / /", labels);
        Assert.Contains($"[{Platform.Current} build 1/1] COPY common /", labels);
    }

    private static string[] LabelsOf(LoweredBuild build) => [.. build.Graph.ParentChain(build.Graph.Target).Select(vertex => vertex.Origin.Label)];

    private static LoweredBuild For(string platform) => Lowered.From(
        Dockerfile, request => request with { TargetPlatform = Platform.Parse(platform), BuildPlatform = Platform.Current, ShowsPlatform = true }).Build;
}
