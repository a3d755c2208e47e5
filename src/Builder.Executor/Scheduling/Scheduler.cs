using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Builder.Cache.Keys;
using Builder.Executor.Events;
using Builder.Executor.Tracing;
using Builder.Graph;

namespace Builder.Executor.Scheduling;

/// <summary>
/// Resolves a graph from its targets: whatever the cache has cuts off everything below it, the rest is executed as soon as its inputs
/// are there, at most <paramref name="jobs"/> vertices at once. Waiting for inputs holds no slot, so there is always one to make
/// progress. The first failure stops everything else and is the one that is thrown.
/// </summary>
/// <param name="graph">What to resolve.</param>
/// <param name="solver">Does the work.</param>
/// <param name="reporter">Told what happens.</param>
/// <param name="jobs">At least 1.</param>
/// <param name="freshness">What may be looked up.</param>
internal sealed class Scheduler<TResult>(BuildGraph graph, IVertexSolver<TResult> solver, EventReporter reporter, int jobs, Freshness freshness)
    where TResult : class
{
    private readonly CacheKey[] _definitions = new CacheKey[graph.Vertices.Count];
    private readonly Task<TResult?>?[] _results = new Task<TResult?>?[graph.Vertices.Count];
    private readonly TResult?[] _found = new TResult?[graph.Vertices.Count];
    private readonly bool[] _shared = new bool[graph.Vertices.Count];
    private readonly Lock _gate = new();
    private ExceptionDispatchInfo? _firstFailure;
    private int _executed;

    /// <summary>How many vertices were executed.</summary>
    public int Executed => _executed;

    /// <summary>Resolves the targets. When the task ends, however it ends, nothing is running any more.</summary>
    /// <param name="stop">Cancelled by the first failure; linked to <paramref name="cancellationToken"/>.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public async Task<IReadOnlyList<TResult>> RunAsync(CancellationTokenSource stop, CancellationToken cancellationToken)
    {
        using var slots = new SemaphoreSlim(jobs);
        await DefineAllAsync(cancellationToken);
        bool[] needed = await LookUpAsync(cancellationToken);
        bool isCertain = !_shared.Contains(true);
        foreach (Vertex vertex in graph.Vertices)
        {
            if (needed[vertex.Id.Value]) _ = Demand(vertex, slots, stop, isLookedUp: true);
            else if (isCertain) reporter.Cached(vertex);
        }

        // What a shared cache fails to bring is made here, and whatever that needs joins those that run.
        for (Task<TResult?>[] running = Running(), before = []; running.Length > before.Length; running = Running())
        {
            before = running;
            await Task.WhenAll(running);
        }

        foreach (Vertex vertex in graph.Vertices.Where(v => _results[v.Id.Value] is null)) reporter.Cached(vertex);
        _firstFailure?.Throw();
        cancellationToken.ThrowIfCancellationRequested();

        // Without a failure and without cancellation every needed vertex has a result.
        return [.. (await Task.WhenAll(graph.Targets.Select(target => _results[target.Value]!))).Select(result => result!)];
    }

    /// <summary>The stored results of the targets, or null when something would have to be made. Nothing is executed.</summary>
    public async Task<IReadOnlyList<TResult>?> FindAsync(CancellationToken cancellationToken)
    {
        await DefineAllAsync(cancellationToken);
        var found = new List<TResult>();
        foreach (Vertex target in graph.Targets.Select(id => graph[id]))
        {
            CacheKey definition = _definitions[target.Id.Value];
            TResult? result = solver.Source(target, definition) ?? (freshness.MayFindByDefinition(target) ? solver.Find(target, definition) : null);
            if (result is null) return null;
            found.Add(result);
        }

        foreach (Vertex vertex in graph.Vertices) reporter.Cached(vertex);
        return found;
    }

    private async Task DefineAllAsync(CancellationToken cancellationToken)
    {
        using Activity? phase = Phases.Begin("definition keys");
        foreach (Vertex vertex in graph.Vertices) await DefineAsync(vertex, cancellationToken);
    }

    private async Task DefineAsync(Vertex vertex, CancellationToken cancellationToken)
    {
        try
        {
            _definitions[vertex.Id.Value] = await solver.DefineAsync(
                vertex, [.. vertex.Inputs.Select(i => _definitions[i.Value].Digest)], cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            reporter.Started(vertex);
            reporter.Failed(vertex, e.Message, canceled: false);
            throw;
        }
    }

    // From the target towards the sources; users come after their inputs in the graph, so one pass from the end visits each once.
    private async Task<bool[]> LookUpAsync(CancellationToken cancellationToken)
    {
        using Activity? phase = Phases.Begin("look-up");
        var needed = new bool[graph.Vertices.Count];
        foreach (VertexId target in graph.Targets) needed[target.Value] = true;
        for (int i = graph.Vertices.Count - 1; i >= 0; i--)
        {
            if (!needed[i]) continue;
            await LookUpAsync(graph.Vertices[i], cancellationToken);
            if (_found[i] is not null || _shared[i]) continue;
            foreach (VertexId input in graph.Vertices[i].Inputs) needed[input.Value] = true;
        }

        return needed;
    }

    private async Task LookUpAsync(Vertex vertex, CancellationToken cancellationToken)
    {
        int i = vertex.Id.Value;
        bool mayFind = freshness.MayFindByDefinition(vertex);
        _found[i] = solver.Source(vertex, _definitions[i]) ?? (mayFind ? solver.Find(vertex, _definitions[i]) : null);
        _shared[i] = _found[i] is null && mayFind && await solver.IsSharedAsync(vertex, _definitions[i], cancellationToken);
    }

    private Task<TResult?> Demand(Vertex vertex, SemaphoreSlim slots, CancellationTokenSource stop, bool isLookedUp)
    {
        lock (_gate)
        {
            int index = vertex.Id.Value;
            return _results[index] ??= _found[index] is { } result
                ? Task.FromResult<TResult?>(AcceptFound(vertex, result))
                : Task.Run(() => ResolveAsync(vertex, slots, stop, isLookedUp), CancellationToken.None);
        }
    }

    private Task<TResult?>[] Running()
    {
        lock (_gate) return [.. _results.OfType<Task<TResult?>>()];
    }

    private TResult AcceptFound(Vertex vertex, TResult result)
    {
        if (vertex.Inputs.Count > 0)
        {
            reporter.Started(vertex);
            reporter.Cached(vertex);
        }

        return result;
    }

    // Never faults: null means that this vertex or one below it failed or was stopped.
    private async Task<TResult?> ResolveAsync(Vertex vertex, SemaphoreSlim slots, CancellationTokenSource stop, bool isLookedUp)
    {
        try
        {
            if (!isLookedUp)
            {
                await LookUpAsync(vertex, stop.Token);
                if (_found[vertex.Id.Value] is { } found) return AcceptFound(vertex, found);
            }

            if (_shared[vertex.Id.Value])
            {
                reporter.Started(vertex);
                if (await solver.BringAsync(vertex, _definitions[vertex.Id.Value], stop.Token) is { } brought)
                {
                    reporter.Cached(vertex);
                    return brought;
                }
            }

            if (await InputsOfAsync(vertex, slots, stop) is not { } inputs) return null;

            await slots.WaitAsync(stop.Token);
            try
            {
                return await SolveAsync(vertex, inputs, stop.Token);
            }
            finally
            {
                slots.Release();
            }
        }
        catch (Exception e)
        {
            // Whatever goes wrong after the stop is a consequence of it.
            bool canceled = stop.IsCancellationRequested;
            if (!canceled) Interlocked.CompareExchange(ref _firstFailure, ExceptionDispatchInfo.Capture(e), null);
            reporter.Failed(vertex, canceled ? "canceled" : e.Message, canceled);
            await stop.CancelAsync();
            return null;
        }
    }

    // Null when one of them failed or was stopped.
    private async Task<TResult[]?> InputsOfAsync(Vertex vertex, SemaphoreSlim slots, CancellationTokenSource stop)
    {
        Task<TResult?>[] tasks = [.. vertex.Inputs.Select(i => Demand(graph[i], slots, stop, isLookedUp: false))];
        var inputs = new TResult[tasks.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            if (await tasks[i] is not { } input) return null;
            inputs[i] = input;
        }

        return inputs;
    }

    private async Task<TResult> SolveAsync(Vertex vertex, TResult[] inputs, CancellationToken cancellationToken)
    {
        using Activity? phase = Phases.Begin("step", vertex);
        reporter.Started(vertex);
        CacheKey definition = _definitions[vertex.Id.Value];
        CacheKey canonical = await solver.IdentifyAsync(vertex, inputs, cancellationToken);
        bool isLookedUp = canonical.Digest == definition.Digest && freshness.MayFindByDefinition(vertex);
        TResult? result = freshness.MustExecute(vertex) || isLookedUp ? null : await FindAsync(vertex, canonical, cancellationToken);
        if (result is not null)
        {
            solver.Alias(definition, result);
            reporter.Cached(vertex);
            return result;
        }

        result = await solver.ExecuteAsync(vertex, canonical, inputs, cancellationToken);
        Interlocked.Increment(ref _executed);
        if (canonical.Digest != definition.Digest) solver.Alias(definition, result);
        reporter.Completed(vertex);
        return result;
    }

    private async Task<TResult?> FindAsync(Vertex vertex, CacheKey canonical, CancellationToken cancellationToken)
    {
        if (solver.Find(vertex, canonical) is { } result) return result;
        return await solver.IsSharedAsync(vertex, canonical, cancellationToken) ? await solver.BringAsync(vertex, canonical, cancellationToken) : null;
    }
}
