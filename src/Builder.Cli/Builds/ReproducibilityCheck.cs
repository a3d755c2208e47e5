using Builder.Cache.Layers;
using Builder.Cli.Hosting;
using Builder.Executor;
using Builder.Executor.Events;
using Builder.Graph;
using Builder.Graph.Lowering;

namespace Builder.Cli.Builds;

/// <summary>Builds once more (<c>--verify-reproducible</c>) and looks for the first file that came out differently.</summary>
internal sealed class ReproducibilityCheck(CommandContext context, BuildSession session)
{
    private const string Task = "verifying: building again";

    /// <summary>Builds and compares.</summary>
    /// <param name="builds">The build, one for each platform.</param>
    /// <param name="options">How it was done the first time, without the cache.</param>
    /// <param name="first">What came out.</param>
    /// <param name="started">When the first build began: later times are the clock's, and <c>rewrite-timestamp</c> can take them away.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="CommandException">Something differs.</exception>
    /// <exception cref="BuildFailedException">The second build failed.</exception>
    public async Task RunAsync(
        IReadOnlyList<LoweredBuild> builds, ExecutionOptions options, IReadOnlyList<BuildResult> first, DateTimeOffset started, CancellationToken cancellationToken)
    {
        Tell(done: false);
        var engine = new BuildEngine(session.Store, context.Sessions.CreateRunner(), context.Time);
        IReadOnlyList<BuildResult> second = await engine.ExecuteAsync(builds, options with { CacheExport = null, Project = null }, static _ => { }, cancellationToken);
        DateTimeOffset latest = session.Arguments.Epoch ?? started;
        int layers = 0;
        for (int i = 0; i < builds.Count; i++) layers += Compare(builds[i], first[i], second[i], latest, cancellationToken);
        Tell(done: false, layers == 1 ? "its layer is the same" : $"all {layers} layers are the same");
        Tell(done: true);
    }

    private int Compare(LoweredBuild build, BuildResult first, BuildResult second, DateTimeOffset latest, CancellationToken cancellationToken)
    {
        Vertex[] steps = [.. build.Graph.ParentChain(build.Graph.Target).Where(v => v.HasParent)];
        for (int i = 0; i < steps.Length; i++)
        {
            int layer = first.BaseLayers + i;
            if (session.Store.Comparison.Compare(first.Layers[layer], second.Layers[layer], latest, cancellationToken) is { } difference)
                throw Different(layer + 1, steps[i], difference);
        }

        return steps.Length;
    }

    private static CommandException Different(int layer, Vertex step, LayerDifference difference) => new(
        $"the build is not reproducible: built again, layer {layer}, of {step.Origin.Label}, differs in /{difference.Path}: {difference.Attribute}",
        hint: "clocks, random numbers, the network and the order of directories or of parallel work make such differences");

    private void Tell(bool done, string? detail = null) => session.Hub.Publish(new TaskEvent(context.Time.GetUtcNow(), Task, done, detail));
}
