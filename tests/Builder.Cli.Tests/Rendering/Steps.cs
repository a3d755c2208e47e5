using Builder.Cli.Tests.Harness;
using Builder.Executor.Events;
using Builder.Graph;
using Builder.Graph.Operations;

namespace Builder.Cli.Tests.Rendering;

/// <summary>Vertices and moments for event sequences.</summary>
internal static class Steps
{
    public static Vertex Context { get; } = Make(0, new ContextOperation("context"), "[internal] load build context");

    public static Vertex Run { get; } = Make(1, new ExecOperation { Arguments = ["true"], Environment = [], WorkingDirectory = "/" }, "[build 2/3] RUN make", line: 3);

    public static Vertex Copy { get; } = Make(2, new CopyOperation { Destination = "/" }, "[build 3/3] COPY . /");

    public static Vertex Scratch { get; } = Make(3, new ScratchOperation(), "scratch");

    public static DateTimeOffset At(double seconds) => ManualTime.Start.AddSeconds(seconds);

    public static BuildEvent Started(Vertex vertex, double at) => new VertexStarted(At(at), vertex);

    public static BuildEvent Output(Vertex vertex, double at, string line) => new VertexOutput(At(at), vertex, 1, line);

    public static BuildEvent Done(Vertex vertex, double at) => new VertexCompleted(At(at), vertex);

    public static BuildEvent Cached(Vertex vertex, double at) => new VertexCached(At(at), vertex);

    public static BuildEvent Failed(Vertex vertex, double at, string reason, bool canceled = false) => new VertexFailed(At(at), vertex, reason, canceled);

    private static Vertex Make(int id, Operation operation, string label, int line = 0) =>
        new(new VertexId(id), operation, [], new VertexOrigin(label, "build", line, label[(label.IndexOf(']', StringComparison.Ordinal) + 1)..].Trim()));
}
