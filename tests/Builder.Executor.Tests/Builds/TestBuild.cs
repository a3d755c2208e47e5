using System.Collections.Immutable;
using Builder.Cache;
using Builder.Cache.Images;
using Builder.Cache.Snapshots;
using Builder.Executor.Events;
using Builder.Executor.Tests.Running;
using Builder.Executor.Tests.Trees;
using Builder.Graph;
using Builder.Graph.Lowering;
using Builder.Graph.Operations;
using Builder.Oci.Images;
using Builder.Sandbox;
using Builder.Sandbox.Plans;

namespace Builder.Executor.Tests.Builds;

/// <summary>A store, a context and a graph made by hand; RUN steps are callbacks that write into the container's root.</summary>
internal sealed class TestBuild : IDisposable
{
    private readonly TestTree _home = new();
    private readonly List<Vertex> _vertices = [];
    private readonly List<HistoryItem> _history = [];

    public TestBuild(SnapshotKind kind = SnapshotKind.Overlay)
    {
        Store = BuilderStore.Open(_home.At("store"), TimeProvider.System, kind);
        Sandboxes = new FakeSandboxes((plan, io) =>
        {
            string root = plan.Root is OverlayRoot overlay ? overlay.UpperDirectory! : ((DirectoryRoot)plan.Root).Path;
            return Commands[plan.Process.Arguments[0]](root, plan, io);
        });
    }

    public BuilderStore Store { get; }

    public TestTree Context { get; } = new();

    public string? IgnoreFile { get; set; }

    public FakeSandboxes Sandboxes { get; }

    /// <summary>What RUN does, by its first argument; given the directory that takes the changes.</summary>
    public Dictionary<string, Func<string, SandboxPlan, CapturedIo, SandboxExit>> Commands { get; } = [];

    public List<BuildEvent> Events { get; } = [];

    public ResolvedImage? Base { get; set; }

    /// <summary>Names of drafts in the store: there are none between builds.</summary>
    public IEnumerable<string> Drafts => Directory.GetDirectories(Store.Snapshots.Directory, "d-*");

    public VertexId Scratch() => Add(new ScratchOperation(), "FROM scratch");

    public VertexId Image(StoredImage image)
    {
        Base = new ResolvedImage(image.Id, image.Config);
        return Add(new ImageOperation("base", image.Id, image.Config.RootFs.DiffIds), "FROM base");
    }

    public VertexId ContextVertex() => Add(new ContextOperation("context"), "load build context");

    public VertexId Copy(VertexId parent, VertexId source, string from, string to, Func<CopyOperation, CopyOperation>? change = null)
    {
        var copy = new CopyOperation { Sources = [from], Destination = to, FromImage = _vertices[source.Value].Operation is not ContextOperation };
        return Add(change is null ? copy : change(copy), $"COPY {from} {to}", parent, source);
    }

    public VertexId Run(VertexId parent, string command, params VertexId[] more) => Run(parent, command, [], more);

    public VertexId Run(VertexId parent, string command, ExecMount[] mounts, params VertexId[] more) => Add(
        new ExecOperation { Arguments = [command], Environment = [], WorkingDirectory = "/", Mounts = [.. mounts] }, $"RUN {command}", [parent, .. more]);

    public VertexId Workdir(VertexId parent, string path, string user = "") => Add(new MakeDirectoryOperation(path, user), $"WORKDIR {path}", parent);

    public void Metadata(string text) => _history.Add(new HistoryItem(text, null));

    /// <summary>Forgets the graph, keeps the store and the context.</summary>
    public void Clear()
    {
        _vertices.Clear();
        _history.Clear();
        Events.Clear();
        Base = null;
    }

    /// <summary>Builds the vertex made last.</summary>
    public Task<BuildResult> ExecuteAsync(bool noCache = false, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new VertexId(_vertices.Count - 1), noCache, cancellationToken);

    public async Task<BuildResult> ExecuteAsync(VertexId target, bool noCache = false, CancellationToken cancellationToken = default)
    {
        var graph = new BuildGraph([.. _vertices], target);
        HashSet<VertexId> chain = [.. graph.ParentChain(target).Select(v => v.Id)];
        var build = new LoweredBuild(
            graph, new ImageConfig { Architecture = "amd64", Os = "linux" }, [.. _history.Where(h => h.Vertex is null || chain.Contains(h.Vertex.Value))], Base);
        var options = new ExecutionOptions
        {
            Contexts = ImmutableDictionary<string, LocalContext>.Empty.Add("context", new LocalContext(Context.Path, IgnoreFile)),
            NoCache = noCache,
        };
        return await new BuildEngine(Store, Sandboxes, TimeProvider.System).ExecuteAsync(build, options, Events.Add, cancellationToken);
    }

    public string[] Log(Func<BuildEvent, bool>? which = null) =>
    [
        .. Events.Where(e => which?.Invoke(e) ?? e is not VertexMissed).Select(e => e switch
        {
            VertexStarted started => "started " + started.Vertex.Origin.SourceText,
            VertexCached cached => "cached " + cached.Vertex.Origin.SourceText,
            VertexCompleted completed => "completed " + completed.Vertex.Origin.SourceText,
            VertexFailed failed => $"failed {failed.Vertex.Origin.SourceText}: {failed.Reason}",
            VertexOutput output => $"output {output.Line}",
            _ => e.ToString(),
        }),
    ];

    public void Dispose()
    {
        Store.Dispose();
        Context.Dispose();
        _home.Dispose();
    }

    private VertexId Add(Operation operation, string text, params VertexId[] inputs)
    {
        var vertex = new Vertex(new VertexId(_vertices.Count), operation, [.. inputs], new VertexOrigin(text, "stage", 1, text));
        _vertices.Add(vertex);
        if (vertex.HasParent) _history.Add(new HistoryItem(text, vertex.Id));
        return vertex.Id;
    }
}
