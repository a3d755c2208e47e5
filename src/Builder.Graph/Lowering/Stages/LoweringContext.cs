using System.Collections.Immutable;
using Builder.Graph.Building;
using Builder.Graph.Operations;
using Builder.Oci.Collections;

namespace Builder.Graph.Lowering.Stages;

/// <summary>What all stages of one lowering share.</summary>
internal sealed class LoweringContext(LoweringRequest request, StageList stages, GlobalScope scope, TextBudget budget, Findings findings)
{
    private readonly Dictionary<int, StageState> _finished = [];

    public LoweringRequest Request { get; } = request;

    public StageList Stages { get; } = stages;

    public GlobalScope Scope { get; } = scope;

    public TextBudget Budget { get; } = budget;

    public Findings Findings { get; } = findings;

    public GraphBuilder Graph { get; } = new();

    /// <summary>Keys of images whose config is not known yet: findings that could depend on one are held back.</summary>
    public ImmutableHashSet<string> Assumed { get; init; } = [];

    /// <summary>Stops the lowering.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>Proxy settings of the command line, each in both cases.</summary>
    public EquatableArray<string> ProxyEnvironment { get; } = ProxySettings.FromBuildArguments(request.BuildArguments);

    /// <summary>Line in the Dockerfile of an offset.</summary>
    public int LineOf(int offset) => Request.Parsed.Source.PositionOf(offset).Line;

    /// <summary>A stage that has been lowered.</summary>
    public StageState Finished(int index) => _finished[index];

    /// <summary>The same, or null.</summary>
    public StageState? TryFinished(int index) => _finished.GetValueOrDefault(index);

    /// <summary>Makes a stage available to those after it.</summary>
    public void Finish(StageState state) => _finished.Add(state.Plan.Base.Syntax.Index, state);

    /// <summary>The build context.</summary>
    public VertexId BuildContext() =>
        Graph.Add(Request.BuildContext, [], new VertexOrigin("[internal] load build context", "", 0, ""));

    /// <summary>The file system a <c>--from</c> names. An image's config is known by now.</summary>
    public VertexId FileSystemOf(FileSystemSource source, VertexOrigin user) => source switch
    {
        StageSource stage => Finished(stage.Index).Current,
        ImageSource image => AddImage(
            image.Request, Request.Images[image.Request.Key], user with { Label = $"FROM {image.Request.Reference}" }),
        ContextSource context => AddContext(context, user),
        _ => Scratch(user),
    };

    /// <summary>The empty file system.</summary>
    public VertexId Scratch(VertexOrigin user) => Graph.Add(new ScratchOperation(), [], user with { Label = "FROM scratch" });

    /// <summary>The files of a named context.</summary>
    public VertexId AddContext(ContextSource context, VertexOrigin user) =>
        Graph.Add(context.Operation, [], user with { Label = $"[context {context.Name}] load" });

    /// <summary>The file system of an image.</summary>
    public VertexId AddImage(ImageRequest request, ResolvedImage image, VertexOrigin origin)
    {
        EquatableArray<Oci.Digest> layers = image.Config.RootFs.DiffIds;
        if (layers.Count == 0) return Graph.Add(new ScratchOperation(), [], origin);
        return Graph.Add(new ImageOperation(request.Reference.ToString(), image.ConfigDigest, layers), [], origin);
    }
}
