using System.Text;
using Builder.Graph.Building;
using Builder.Graph.Operations;
using Builder.Graph.Tests.Lowering;
using Builder.Oci;
using Builder.Oci.Collections;
using FsCheck;
using FsCheck.Fluent;

namespace Builder.Graph.Tests.Building;

public class GraphPropertyTests
{
    private static readonly VertexOrigin Nowhere = new("", "", 0, "");

    // Every list of numbers is a Dockerfile: each number chooses one line.
    private static readonly Arbitrary<int[]> Choices = Gen.Choose(0, 1_000_000).ArrayOf().ToArbitrary();

    [Fact]
    public void Every_vertex_is_needed_by_the_target() => Check.QuickThrowOnFailure(Prop.ForAll(Choices, choices =>
    {
        BuildGraph graph = Lowered.From(Dockerfile(choices)).Graph;
        var reached = new HashSet<VertexId>();
        var left = new Stack<VertexId>([graph.Target]);
        while (left.TryPop(out VertexId id))
        {
            if (!reached.Add(id)) continue;
            foreach (VertexId input in graph[id].Inputs) left.Push(input);
        }

        return reached.Count == graph.Vertices.Count;
    }));

    [Fact]
    public void Inputs_stand_before_their_users_and_ids_are_places() => Check.QuickThrowOnFailure(Prop.ForAll(Choices, choices =>
    {
        BuildGraph graph = Lowered.From(Dockerfile(choices)).Graph;
        return graph.Vertices.Select((vertex, i) => vertex.Id.Value == i && vertex.Inputs.All(input => input.Value < i)).All(ok => ok);
    }));

    [Fact]
    public void No_two_vertices_are_equal() => Check.QuickThrowOnFailure(Prop.ForAll(Choices, choices =>
    {
        BuildGraph graph = Lowered.From(Dockerfile(choices)).Graph;
        return graph.Vertices.Select(vertex => (vertex.Operation, vertex.Inputs)).Distinct().Count() == graph.Vertices.Count;
    }));

    [Fact]
    public void Lowering_twice_gives_the_same() => Check.QuickThrowOnFailure(Prop.ForAll(Choices, choices =>
    {
        string dockerfile = Dockerfile(choices);
        return Lowered.From(dockerfile).Graph == Lowered.From(dockerfile).Graph && Lowered.From(dockerfile).History.SequenceEqual(Lowered.From(dockerfile).History);
    }));

    [Fact]
    public void The_parent_chain_has_the_vertices_of_history() => Check.QuickThrowOnFailure(Prop.ForAll(Choices, choices =>
    {
        var lowered = Lowered.From(Dockerfile(choices));
        IEnumerable<VertexId> chain = lowered.Graph.ParentChain(lowered.Graph.Target).Skip(1).Select(vertex => vertex.Id);
        return chain.SequenceEqual(lowered.Build.History.Where(item => item.Vertex is not null).Select(item => item.Vertex!.Value));
    }));

    [Fact]
    public void Equal_stages_are_executed_once()
    {
        BuildGraph graph = Lowered.From(
            "FROM alpine AS a\nRUN make\nFROM docker.io/library/alpine:latest AS b\nRUN make\nFROM scratch\nCOPY --from=a /x /x\nCOPY --from=b /y /y").Graph;
        Assert.Equal(5, graph.Vertices.Count);
        Assert.Equal("[a 2/2] RUN make", graph.Vertices[1].Origin.Label);
    }

    [Fact]
    public void One_image_by_two_names_is_one_vertex()
    {
        var builder = new GraphBuilder();
        Digest digest = Lowered.DigestOf("x");
        VertexId one = builder.Add(new ImageOperation("a", digest, [digest]), [], Nowhere);
        Assert.Equal(one, builder.Add(new ImageOperation("b", digest, [digest]), [], Nowhere));
        Assert.NotEqual(one, builder.Add(new ImageOperation("a", Lowered.DigestOf("y"), [digest]), [], Nowhere));
    }

    [Fact]
    public void What_the_target_does_not_need_is_dropped_and_the_rest_renumbered()
    {
        var builder = new GraphBuilder();
        VertexId unused = builder.Add(new ContextOperation("unused"), [], Nowhere);
        VertexId root = builder.Add(new ScratchOperation(), [], Nowhere);
        VertexId target = builder.Add(new MakeDirectoryOperation("/a", ""), new EquatableArray<VertexId>([root]), Nowhere);
        BuildGraph graph = builder.Build(target, out Func<VertexId, VertexId?> renumber);
        Assert.Equal([null, new VertexId(0), new VertexId(1)], new[] { unused, root, target }.Select(renumber));
        Assert.Equal(new VertexId(1), graph.Target);
        Assert.Equal([new VertexId(0)], graph[graph.Target].Inputs);
    }

    private static string Dockerfile(int[] choices)
    {
        var text = new StringBuilder("FROM scratch AS s0\n");
        int stage = 0;
        foreach (int choice in choices)
        {
            int n = choice / 10;
            int earlier = stage == 0 ? -1 : n % stage;
            text.Append((choice % 10) switch
            {
                0 => $"FROM {(n % 3 == 0 ? "alpine" : $"s{n % (stage + 1)}")} AS s{++stage}\n",
                1 when earlier >= 0 => $"COPY --from=s{earlier} /a /b{n % 2}\n",
                2 when earlier >= 0 => $"RUN --mount=from=s{earlier},target=/m x{n % 2}\n",
                3 => $"COPY f{n % 3} /f\n",
                4 => $"WORKDIR {(n % 4 == 0 ? "/" : $"d{n % 3}")}\n",
                5 => $"ENV E{n % 3}={n % 2}\n",
                6 => $"ARG A{n % 3}={n % 2}\n",
                7 => $"ONBUILD RUN o{n % 2}\n",
                8 => "CMD c\n",
                _ => $"RUN r{n % 3}\n",
            });
        }

        return text.ToString();
    }
}
