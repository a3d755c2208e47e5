using System.Diagnostics;
using Builder.Cache;
using Builder.Cache.Layers;
using Builder.Cache.Snapshots;
using Builder.Executor.Attestations;
using Builder.Executor.Events;
using Builder.Executor.Explaining;
using Builder.Executor.Results;
using Builder.Executor.Running;
using Builder.Executor.Scheduling;
using Builder.Executor.Secrets;
using Builder.Executor.Sharing;
using Builder.Executor.Solving;
using Builder.Executor.Sources;
using Builder.Executor.Steps;
using Builder.Executor.Tracing;
using Builder.Graph;
using Builder.Graph.Lowering;
using Builder.Graph.Operations;
using Builder.Oci.Collections;
using Builder.Oci.Images;
using Builder.Sandbox;

namespace Builder.Executor;

/// <summary>Executes a lowered build: cache look-ups, concurrent execution, layers, the final image config.</summary>
/// <param name="store">Where everything is kept.</param>
/// <param name="sandboxes">Runs commands.</param>
/// <param name="time">The clock.</param>
public sealed class BuildEngine(BuilderStore store, ISandboxRunner sandboxes, TimeProvider time)
{
    /// <summary>Runs the build to its end.</summary>
    /// <param name="build">What to do. Base image layers must be in the store (image store entry by config digest).</param>
    /// <param name="options">How.</param>
    /// <param name="events">Told what happens; called from one thread at a time.</param>
    /// <param name="cancellationToken">Stops everything in order: no process, no mount is left when the task ends.</param>
    /// <exception cref="BuildFailedException">A vertex failed.</exception>
    /// <exception cref="StoreException">The store has reached its limit.</exception>
    public async Task<BuildResult> ExecuteAsync(
        LoweredBuild build, ExecutionOptions options, Action<BuildEvent> events, CancellationToken cancellationToken) =>
        (await ExecuteAsync([build], options, events, cancellationToken))[0];

    /// <summary>Runs builds that share a graph, one per platform, to their end.</summary>
    /// <param name="builds">What to do; common work is done once.</param>
    /// <param name="options">How.</param>
    /// <param name="events">Told what happens; called from one thread at a time.</param>
    /// <param name="cancellationToken">Stops everything in order: no process, no mount is left when the task ends.</param>
    /// <returns>Their results, in their order.</returns>
    /// <exception cref="BuildFailedException">A vertex failed.</exception>
    /// <exception cref="StoreException">The store has reached its limit.</exception>
    public async Task<IReadOnlyList<BuildResult>> ExecuteAsync(
        IReadOnlyList<LoweredBuild> builds, ExecutionOptions options, Action<BuildEvent> events, CancellationToken cancellationToken)
    {
        using var within = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, store.Usage.Exhausted);
        try
        {
            return await ExecuteWithinLimitAsync(builds, options, events, within.Token);
        }
        catch (Exception e) when (store.Usage.Exhausted.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw store.Usage.Explain(e);
        }
    }

    private async Task<IReadOnlyList<BuildResult>> ExecuteWithinLimitAsync(
        IReadOnlyList<LoweredBuild> builds, ExecutionOptions options, Action<BuildEvent> events, CancellationToken cancellationToken)
    {
        using Activity? phase = Phases.Begin("execute");
        var reporter = new EventReporter(events, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        BuildGraph graph = builds[0].Graph;
        HashSet<VertexId> chain = [.. graph.Targets.SelectMany(graph.ParentChain).Where(v => v.HasParent).Select(v => v.Id)];
        await using var layers = new LayerQueue(store.Layers, chain, stop.Token);
        using var contexts = new ContextSet(options.Contexts, options.ContextModes, store.StatIndexes);
        var ledger = new BuildLedger(graph, store, options, time.GetUtcNow());
        using var fetcher = new SourceFetcher(store, options.Sources, time);
        await using var sources = new SourceVertices(graph, fetcher, reporter, stop.Token);
        using var resources = new StepResources(options.Steps, store, time, options.SharedMounts);
        IReadOnlyList<SecretPattern> secrets = await resources.Secrets.PatternsAsync(stop.Token);
        resources.Mask = new SecretMask(secrets);
        var shared = new SharedCaches(options.CacheFrom, graph, store, reporter);
        var search = new SecretSearch(secrets);
        LayerScan? scan = options.Steps.ScansForSecrets && !search.IsEmpty ? new LayerScan(store.Layers, search) : null;
        options.CacheExport?.Attach(graph, shared, scan);
        options.SharedMounts?.Guard(scan);
        using var solver = new BuildSolver(
            graph, store, new ExecRunner(sandboxes), contexts, sources, resources, layers, shared, options.CacheExport, reporter, ledger, time, stop.Token);
        var scheduler = new Scheduler<VertexResult>(graph, solver, reporter, options.Jobs, Freshness.Of(graph, options));
        try
        {
            IReadOnlyList<VertexResult> targets = await scheduler.RunAsync(stop, cancellationToken);

            // Sources that nothing has asked for count as found.
            foreach (Vertex vertex in graph.Vertices) reporter.Cached(vertex);
            IReadOnlyList<BuildResult> results = await AssembleAsync(builds, targets, layers, options, solver, scheduler.Executed);
            if (scan is not null)
            {
                var resultScan = new ResultScan(scan, reporter);
                foreach ((LoweredBuild build, BuildResult result) in builds.Zip(results)) await resultScan.CheckAsync(build, result, stop.Token);
                if (options.CacheExport is { } export) await export.CheckAsync(stop.Token);
            }

            return options.Attestations is null ? results
                : await new AttestationMaker(store, options, sources, search, reporter, time).AddAsync(builds, results, ledger.StartedAt, stop.Token);
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
        finally
        {
            Remember(contexts, options, ledger, reporter);
        }
    }

    /// <summary>
    /// The result of a build that needs no work: keys are computed and looked up, files of images are neither read nor made, so that it can be
    /// done outside the user namespace.
    /// </summary>
    /// <param name="build">What to do.</param>
    /// <param name="options">How.</param>
    /// <param name="events">Told what happens; worth showing only when there is a result.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Null when something has to be done.</returns>
    /// <exception cref="BuildFailedException">The build would fail already on the way to its keys.</exception>
    public async Task<BuildResult?> FindAsync(
        LoweredBuild build, ExecutionOptions options, Action<BuildEvent> events, CancellationToken cancellationToken) =>
        await FindAsync([build], options, events, cancellationToken) is [{ } result] ? result : null;

    /// <summary>The same for builds that share a graph.</summary>
    /// <param name="builds">What to do.</param>
    /// <param name="options">How.</param>
    /// <param name="events">Told what happens; worth showing only when there is a result.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Null when something has to be done for one of them.</returns>
    /// <exception cref="BuildFailedException">The build would fail already on the way to its keys.</exception>
    public async Task<IReadOnlyList<BuildResult>?> FindAsync(
        IReadOnlyList<LoweredBuild> builds, ExecutionOptions options, Action<BuildEvent> events, CancellationToken cancellationToken)
    {
        BuildGraph graph = builds[0].Graph;

        // What is elsewhere is asked once what it is now, by whoever may have to fetch it.
        if (graph.Vertices.Any(v => SourceFetcher.IsSource(v.Operation))) return null;

        // Layers from an earlier build are looked through as well, which takes reading them.
        if (options.Steps is { ScansForSecrets: true, Secrets.IsEmpty: false }) return null;
        var reporter = new EventReporter(events, time);
        await using var layers = new LayerQueue(store.Layers, new HashSet<VertexId>(), cancellationToken);
        using var contexts = new ContextSet(options.Contexts, options.ContextModes, store.StatIndexes);
        var ledger = new BuildLedger(graph, store, options, time.GetUtcNow());
        using var fetcher = new SourceFetcher(store, options.Sources, time);
        await using var sources = new SourceVertices(graph, fetcher, reporter, cancellationToken);
        using var resources = new StepResources(options.Steps, store, time);
        using var solver = new BuildSolver(
            graph, store, new ExecRunner(sandboxes), contexts, sources, resources, layers, new SharedCaches([], graph, store, reporter), export: null,
            reporter, ledger, time, cancellationToken);
        var scheduler = new Scheduler<VertexResult>(graph, solver, reporter, options.Jobs, Freshness.Of(graph, options));
        IReadOnlyList<VertexResult>? targets = await scheduler.FindAsync(cancellationToken);
        bool isThere = targets is not null && await HaveLayersAsync(builds, targets);
        Remember(contexts, isThere ? options : options with { Project = null }, ledger, reporter);
        return isThere ? await AssembleAsync(builds, targets!, layers, options, solver, executed: 0) : null; // there when its layers are
    }

    private async Task<IReadOnlyList<BuildResult>> AssembleAsync(
        IReadOnlyList<LoweredBuild> builds, IReadOnlyList<VertexResult> targets, LayerQueue layers, ExecutionOptions options, BuildSolver solver, int executed)
    {
        var results = new BuildResult[builds.Count];
        for (int i = 0; i < results.Length; i++)
        {
            results[i] = await new ResultAssembler(builds[i], store, layers, options.Epoch, options.InlineCache ? solver.Definitions : null)
                .AssembleAsync(await SnapshotOfAsync(builds[i].Graph, targets[i]), executed);
        }

        return results;
    }

    // An untouched base image needs no files to become an image again.
    private static async Task<Snapshot?> SnapshotOfAsync(BuildGraph graph, VertexResult target) =>
        graph[graph.Target].Operation is ImageOperation ? null : await target.SnapshotAsync();

    private async Task<bool> HaveLayersAsync(IReadOnlyList<LoweredBuild> builds, IReadOnlyList<VertexResult> targets)
    {
        for (int i = 0; i < builds.Count; i++)
        {
            if (!HasLayers(builds[i].Graph, await SnapshotOfAsync(builds[i].Graph, targets[i]))) return false;
        }

        return true;
    }

    // Making a layer reads files of the image.
    private bool HasLayers(BuildGraph graph, Snapshot? target)
    {
        int made = graph.ParentChain(graph.Target).Count(v => v.HasParent);
        Snapshot? at = target;
        for (; at is not null && made > 0; made--, at = at.ParentId is null ? null : store.Snapshots.Find(at.ParentId))
        {
            if (store.Layers.FindBlob(at) is null) return false;
        }

        return made == 0;
    }

    // Later builds are faster and better explained with it: what can't be remembered is told and stops nothing.
    private void Remember(ContextSet contexts, ExecutionOptions options, BuildLedger ledger, EventReporter reporter)
    {
        try
        {
            contexts.Remember();
            if (options.Project is { } project && ledger.ToRecord(project) is { } record) store.History.Add(record);
        }
        catch (StoreException e)
        {
            reporter.Warn($"this build can't be remembered for later explanations: {e.Message}");
        }
    }
}

/// <summary>What a build made.</summary>
/// <param name="Snapshot">The final file system; null when it is empty, or when the result is an unchanged base image that nothing had to unpack.</param>
/// <param name="ConfigBytes">The final image config, canonical JSON; its digest is the image id.</param>
/// <param name="Config">The same, read.</param>
/// <param name="Layers">All layers, base first; blobs in the store.</param>
/// <param name="ExecutedVertices">How many vertices were executed, not found in the cache.</param>
public sealed record BuildResult(
    Snapshot? Snapshot, ReadOnlyMemory<byte> ConfigBytes, ImageConfig Config, EquatableArray<LayerBlob> Layers, int ExecutedVertices)
{
    /// <summary>How many of the layers are the base image's.</summary>
    public int BaseLayers { get; init; }

    /// <summary>What is claimed of it.</summary>
    public EquatableArray<Attestation> Attestations { get; init; } = [];
}
