using Builder.Cache;
using Builder.Cache.History;
using Builder.Cache.Keys;
using Builder.Executor.Scheduling;
using Builder.Graph;
using Builder.Graph.Operations;

namespace Builder.Executor.Explaining;

/// <summary>Keeps book of one build's keys and verdicts, and tells why a step has to be executed.</summary>
/// <param name="graph">The build.</param>
/// <param name="store">Where earlier builds are remembered.</param>
/// <param name="options">What was asked for.</param>
/// <param name="startedAt">When the build began.</param>
internal sealed class BuildLedger(BuildGraph graph, BuilderStore store, ExecutionOptions options, DateTimeOffset startedAt)
{
    private const int ImageIdLength = 12;

    private readonly Lock _gate = new();
    private readonly CacheKey?[] _definitions = new CacheKey?[graph.Vertices.Count];
    private readonly CacheKey?[] _canonicals = new CacheKey?[graph.Vertices.Count];
    private readonly StepVerdict[] _verdicts = new StepVerdict[graph.Vertices.Count];
    private readonly MissReason?[] _reasons = new MissReason?[graph.Vertices.Count];
    private EarlierBuilds? _earlier;

    /// <summary>When the build began.</summary>
    public DateTimeOffset StartedAt => startedAt;

    public void Defined(Vertex vertex, CacheKey definition)
    {
        lock (_gate) _definitions[vertex.Id.Value] = definition;
    }

    public void Found(Vertex vertex, CacheKey canonical)
    {
        lock (_gate) (_canonicals[vertex.Id.Value], _verdicts[vertex.Id.Value]) = (canonical, StepVerdict.Cached);
    }

    /// <summary>A step has to be executed.</summary>
    /// <returns>Why.</returns>
    public MissReason Missed(Vertex vertex, CacheKey canonical)
    {
        lock (_gate)
        {
            int index = vertex.Id.Value;
            (_canonicals[index], _verdicts[index]) = (canonical, StepVerdict.Failed);
            MissReason reason = Explain(vertex);
            _reasons[index] = reason;
            return reason;
        }
    }

    /// <summary>The keys that a step which has to be executed had in earlier builds, the latest first; none when nothing of them may be used.</summary>
    public IReadOnlyList<CacheKey> EarlierKeys(Vertex vertex)
    {
        lock (_gate) return _earlier is null || NamedStage(vertex) is not null ? [] : _earlier.KeysOf(vertex.Id.Value);
    }

    /// <summary>A step was executed.</summary>
    public void Executed(Vertex vertex, bool isRecorded)
    {
        lock (_gate) _verdicts[vertex.Id.Value] = isRecorded ? StepVerdict.Executed : StepVerdict.Unrecorded;
    }

    /// <summary>What there is to remember; null when the build didn't get as far as knowing its keys.</summary>
    public BuildRecord? ToRecord(string project)
    {
        lock (_gate) return Array.Exists(_definitions, d => d is null) ? null : new BuildRecord(project, startedAt, [.. Steps()]);
    }

    private MissReason Explain(Vertex vertex)
    {
        if (options.NoCache) return MissReason.Of("--no-cache was given");
        if (NamedStage(vertex) is { } stage)
            return MissReason.Of($"--no-cache-filter names {(stage == vertex.Origin.StageName ? "its stage" : "the stage it stands on,")} '{stage}'");
        if (options.Project is not { } project) return MissReason.FirstTime;
        _earlier ??= new EarlierBuilds(store, project, [.. Steps()]);
        return _earlier.Explain([.. Steps()], vertex.Id.Value);
    }

    // The stage that --no-cache-filter names: the vertex's own, or one that it stands on.
    private string? NamedStage(Vertex vertex)
    {
        for (Vertex v = vertex; v.HasParent; v = graph[v.Inputs[0]])
        {
            if (Freshness.IsOfNamedStage(v, options)) return v.Origin.StageName;
        }

        return null;
    }

    private IEnumerable<StepRecord> Steps() => graph.Vertices.Select((vertex, i) => new StepRecord(
        KindOf(vertex.Operation), vertex.Origin.Label, vertex.Origin.StageName, vertex.Origin.Line, vertex.Origin.SourceText, _verdicts[i],
        [.. vertex.Inputs.Select(v => v.Value)], _definitions[i]!, _canonicals[i]) // callers know that all are defined
    {
        BuildArguments = vertex.Origin.BuildArguments,
        Image = vertex.Operation is ImageOperation image ? $"{image.Reference}@{image.ConfigDigest.ToString()[..("sha256:".Length + ImageIdLength)]}" : null,
        Reasons = _reasons[i] is { } reason ? [reason.Summary, .. reason.Further] : [],
    });

    private static string KindOf(Operation operation) => operation switch
    {
        ScratchOperation => "scratch",
        ImageOperation => "image",
        ContextOperation => "context",
        GitOperation => "git",
        HttpOperation => "file",
        ArchiveOperation => "archive",
        ExecOperation => "run",
        CopyOperation => "copy",
        MergeOperation => "merge",
        MakeDirectoryOperation => "workdir",
        _ => operation.GetType().Name,
    };
}
