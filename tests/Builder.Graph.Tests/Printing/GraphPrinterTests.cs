using Builder.Graph.Operations;
using Builder.Graph.Printing;
using Builder.Graph.Tests.Lowering;

namespace Builder.Graph.Tests.Printing;

public class GraphPrinterTests
{
    private const string Dockerfile = """
        FROM alpine AS build
        WORKDIR /src
        USER 1
        RUN --mount=type=cache,target=/c --mount=type=secret,id=s --mount=type=ssh --mount=type=tmpfs,target=/t --mount=target=/b --network=none echo "a\b"
        FROM scratch
        COPY --from=build --chown=1 --chmod=7 --link --exclude=x --exclude=y /a /b /c/
        ADD <<f d /
        hi
        f
        RUN <<g
        #!/bin/x
        g
        """;

    [Fact]
    public void Text_has_one_line_for_each_vertex()
    {
        string digest = Lowered.DigestOf("docker.io/library/alpine:latest linux/amd64").Hex[..12];
        string expected = $$"""
             v0  [build 1/3] FROM docker.io/library/alpine:latest  {image docker.io/library/alpine:latest {{digest}} layers=1}
             v1  [build 2/3] WORKDIR /src  {mkdir /src}  <- v0
             v2  [internal] load build context  {context context}
             v3  [build 3/3] RUN --mount=type=cache,target=/c --mount=type=secret,id=s --mount=type=ssh --mount=type=tmpfs,target=/t --mount=target=/b --network=none echo "a\b"  {exec /bin/sh -c echo "a\b" cwd=/src user=1 network=none mount=cache:/c(/c) mount=secret:s mount=ssh:default mount=tmpfs:/t mount=bind:/b<-1:/}  <- v1 v2
             v4  FROM scratch  {scratch}
             v5  [stage-1 1/3] COPY --from=build --chown=1 --chmod=7 --link --exclude=x --exclude=y /a /b /c/  {copy /a /b -> /c/ chown=1 chmod=7 exclude=x,y}  <- v4 v3
             v6  [stage-1 2/3] ADD <<f d /  {copy /d <<f -> / unpack}  <- v5 v2
            *v7  [stage-1 3/3] RUN <<g (#!/bin/x)  {exec /bin/sh -c /dev/pipes/g cwd=/ mount=script:/dev/pipes/g}  <- v6

            """;
        Assert.Equal(expected, GraphPrinter.ToText(Lowered.From(Dockerfile).Graph));
    }

    [Fact]
    public void Dot_is_quoted_and_tells_parents_from_other_inputs()
    {
        string dot = GraphPrinter.ToDot(Lowered.From("FROM scratch\nCOPY a /\nRUN echo \"a\\b\"").Graph);
        string expected = """
            digraph build {
              rankdir=TB;
              node [shape=box, fontname="monospace"];
              v0 [label="v0 FROM scratch\nscratch"];
              v1 [label="v1 [internal] load build context\ncontext context"];
              v2 [label="v2 [1/2] COPY a /\ncopy /a -> /"];
              v3 [label="v3 [2/2] RUN echo \"a\\b\"\nexec /bin/sh -c echo \"a\\b\" cwd=/", peripheries=2];
              v0 -> v2;
              v1 -> v2 [style=dashed, label="1"];
              v2 -> v3;
            }

            """;
        Assert.Equal(expected, dot);
    }

    [Fact]
    public void Control_characters_never_reach_the_output_and_long_labels_are_cut()
    {
        var vertex = new Vertex(new(0), new ContextOperation("a\nb\tc\u001b[31m"), [], new("x" + new string('y', 500), "", 0, ""));
        var graph = new BuildGraph([vertex], new(0));
        Assert.EndsWith("{context a\\nb\\tc?[31m}\n", GraphPrinter.ToText(graph), StringComparison.Ordinal);
        Assert.Contains("yyy...\\ncontext a", GraphPrinter.ToDot(graph), StringComparison.Ordinal);
        Assert.Equal(500, GraphPrinter.ToText(graph).Count(c => c == 'y'));
    }
}
