using Builder.Executor.Events;
using Builder.Executor.Scheduling;
using Builder.Graph;
using Builder.Graph.Operations;

namespace Builder.Executor.Tests.Scheduling;

public sealed class SchedulerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeSolver _solver = new();
    private readonly List<BuildEvent> _events = [];

    [Fact]
    public async Task Everything_the_target_needs_is_executed_once()
    {
        BuildGraph graph = Graph("base:", "a:base", "b:a", "c:a", "target:b,c");

        TestRun scheduler = Create(graph);
        await scheduler.RunAsync();

        Assert.Equal(new Dictionary<string, int> { ["a"] = 1, ["b"] = 1, ["c"] = 1, ["target"] = 1 }, _solver.Executions.ToDictionary());
        Assert.Equal(4, scheduler.Executed);
    }

    [Fact]
    public async Task A_second_build_executes_nothing_and_looks_only_at_the_target()
    {
        BuildGraph graph = Graph("base:", "a:base", "target:a");
        await Create(graph).RunAsync();
        _solver.LookUps.Clear();
        _events.Clear();

        TestRun scheduler = Create(graph);
        await scheduler.RunAsync();

        Assert.Equal(0, scheduler.Executed);
        Assert.Equal(["target"], _solver.LookUps.Keys);
        Assert.Equal(["cached base", "cached a", "started target", "cached target"], Log());
    }

    [Fact]
    public async Task Below_a_hit_nothing_is_looked_up_but_its_siblings_are()
    {
        await Create(Graph("base:", "a:base", "left:a")).RunAsync();
        _solver.LookUps.Clear();
        _events.Clear();

        await Create(Graph("base:", "a:base", "left:a", "right:base", "target:left,right")).RunAsync();

        Assert.False(_solver.LookUps.ContainsKey("a"));
        Assert.Equal(1, _solver.Executions["left"]);
        Assert.Equal(1, _solver.Executions["right"]);
        Assert.Contains("cached a", Log());
        Assert.DoesNotContain("started a", Log());
    }

    [Fact]
    public async Task What_is_refreshed_is_executed_with_all_that_stands_on_it_and_nothing_else()
    {
        BuildGraph graph = Graph("base:", "a:base", "b:base", "on-a:a", "target:b,on-a");
        await Create(graph).RunAsync();

        await Create(graph, refreshed: "a").RunAsync();

        Assert.Equal(new Dictionary<string, int> { ["a"] = 2, ["b"] = 1, ["on-a"] = 2, ["target"] = 1 }, _solver.Executions.ToDictionary());
    }

    [Fact]
    public async Task A_changed_input_with_the_same_content_hits_and_is_found_directly_the_next_time()
    {
        _solver.Contents["a1"] = "same";
        _solver.Contents["a2"] = "same";
        await Create(Graph("base:", "a1:base", "target:a1")).RunAsync();

        BuildGraph changed = Graph("base:", "a2:base", "target:a2");
        TestRun scheduler = Create(changed);
        await scheduler.RunAsync();
        Assert.Equal(0, scheduler.Executed);

        _solver.LookUps.Clear();
        await Create(changed).RunAsync();
        Assert.Equal(1, _solver.LookUps["target"]);
        Assert.False(_solver.LookUps.ContainsKey("a2"));
    }

    [Fact]
    public async Task Without_cache_nothing_is_looked_up_and_everything_executed()
    {
        BuildGraph graph = Graph("base:", "a:base", "target:a");
        await Create(graph).RunAsync();
        _solver.LookUps.Clear();

        TestRun scheduler = Create(graph, noCache: true);
        await scheduler.RunAsync();

        Assert.Equal(2, scheduler.Executed);
        Assert.Empty(_solver.LookUps);
    }

    [Fact]
    public async Task Independent_vertices_run_at_the_same_time_up_to_the_bound()
    {
        int running = 0, most = 0;
        using var twoRunning = new CountdownEvent(2);
        var open = new TaskCompletionSource();
        _solver.OnExecute = async (name, _) =>
        {
            if (name == "target") return;
            int now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            if (!twoRunning.IsSet) twoRunning.Signal();
            await open.Task;
            Interlocked.Decrement(ref running);
        };

        Task<FakeSolver.Result> build = Create(
            Graph("base:", "a:base", "b:base", "c:base", "d:base", "e:base", "target:a,b,c,d,e"), jobs: 2).RunAsync();
        Assert.True(await Task.Run(() => twoRunning.Wait(Patience)));
        open.SetResult();
        await build.WaitAsync(Patience);

        Assert.Equal(2, most);
        Assert.Equal(6, _solver.Executions.Count);
    }

    [Fact]
    public async Task One_slot_is_enough_for_any_graph()
    {
        BuildGraph graph = Graph("base:", "a:base", "b:a", "c:base", "d:c,b", "e:d,a", "f:e,c", "target:f,b,d");

        await Create(graph, jobs: 1).RunAsync().WaitAsync(Patience);

        Assert.Equal(7, _solver.Executions.Count);
    }

    [Fact]
    public async Task The_first_failure_stops_the_rest_and_is_the_one_reported()
    {
        using var waiting = new CountdownEvent(1);
        _solver.OnExecute = async (name, token) =>
        {
            if (name == "slow")
            {
                waiting.Signal();
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
            }

            if (name == "broken")
            {
                Assert.True(waiting.Wait(Patience, CancellationToken.None));
                throw new InvalidDataException("it broke");
            }
        };

        var e = await Assert.ThrowsAsync<InvalidDataException>(() =>
            Create(Graph("base:", "slow:base", "broken:base", "after:broken", "target:slow,after")).RunAsync().WaitAsync(Patience));

        Assert.Equal("it broke", e.Message);
        Assert.False(_solver.Executions.ContainsKey("after"));
        Assert.False(_solver.Executions.ContainsKey("target"));
        Assert.Equal(["broken: it broke", "slow: canceled"], Failures());
    }

    [Fact]
    public async Task What_follows_from_stopping_is_not_taken_for_the_failure()
    {
        using var waiting = new CountdownEvent(1);
        _solver.OnExecute = async (name, token) =>
        {
            if (name == "slow")
            {
                waiting.Signal();
                var stopped = new TaskCompletionSource();
                await using (token.Register(stopped.SetResult)) await stopped.Task;
                throw new IOException("pipe closed");
            }

            if (name == "broken")
            {
                Assert.True(waiting.Wait(Patience, CancellationToken.None));
                throw new InvalidDataException("it broke");
            }
        };

        await Assert.ThrowsAsync<InvalidDataException>(() =>
            Create(Graph("base:", "slow:base", "broken:base", "target:slow,broken")).RunAsync().WaitAsync(Patience));
        Assert.Equal(["broken: it broke", "slow: canceled"], Failures());
    }

    [Fact]
    public async Task Cancelling_waits_until_everything_has_ended()
    {
        using var cancel = new CancellationTokenSource();
        using var started = new CountdownEvent(2);
        int ended = 0;
        _solver.OnExecute = async (_, token) =>
        {
            started.Signal();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
            }
            finally
            {
                Interlocked.Increment(ref ended);
            }
        };

        Task<FakeSolver.Result> build = Create(Graph("base:", "a:base", "b:base", "target:a,b")).RunAsync(cancel.Token);
        Assert.True(await Task.Run(() => started.Wait(Patience)));
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => build.WaitAsync(Patience));
        Assert.Equal(2, ended);
        Assert.Equal(["a: canceled", "b: canceled"], Failures());
    }

    [Fact]
    public async Task A_vertex_that_can_not_be_defined_fails_before_anything_runs()
    {
        _solver.OnDefine = name => name == "b" ? throw new InvalidDataException("no such file") : Task.CompletedTask;

        await Assert.ThrowsAsync<InvalidDataException>(() =>
            Create(Graph("base:", "a:base", "b:a", "target:b")).RunAsync());

        Assert.Empty(_solver.Executions);
        Assert.Equal(["started b", "failed b"], Log());
    }

    [Fact]
    public async Task A_deep_chain_and_a_wide_fan_end()
    {
        string[] chain = [.. Enumerable.Range(1, 2000).Select(i => $"{i}:{i - 1}")];

        await Create(Graph(["0:", .. chain])).RunAsync().WaitAsync(Patience);

        Assert.Equal(2000, _solver.Executions.Count);
    }

    [Fact]
    public async Task What_a_shared_cache_has_is_brought_and_what_is_below_it_is_not_looked_at()
    {
        _solver.Shared["b"] = true;

        TestRun scheduler = Create(Graph("base:", "a:base", "b:a", "target:b"));
        await scheduler.RunAsync();

        Assert.Equal(["target"], _solver.Executions.Keys);
        Assert.False(_solver.LookUps.ContainsKey("a"));
        Assert.Contains("cached b", Log());
        Assert.Contains("cached a", Log());
    }

    [Fact]
    public async Task What_a_shared_cache_fails_to_bring_is_executed_with_all_that_needs()
    {
        _solver.Shared["b"] = false;
        _solver.Shared["c"] = false;

        TestRun scheduler = Create(Graph("base:", "a:base", "b:a", "c:a", "unrelated:base", "target:b,c"));
        await scheduler.RunAsync().WaitAsync(Patience);

        Assert.Equal(new Dictionary<string, int> { ["a"] = 1, ["b"] = 1, ["c"] = 1, ["target"] = 1 }, _solver.Executions.ToDictionary());
        Assert.Equal(4, scheduler.Executed);
        Assert.Contains("completed a", Log());
        Assert.DoesNotContain("cached a", Log());
        Assert.Contains("cached unrelated", Log());
    }

    [Fact]
    public async Task A_shared_cache_is_also_asked_for_what_the_inputs_turned_out_to_be()
    {
        BuildGraph graph = Graph("base:", "a:base", "target:a");
        await Create(graph, refreshed: "a").RunAsync();
        _solver.Executions.Clear();
        _solver.Records.Clear();
        _solver.Shared["target"] = true;

        await Create(graph).RunAsync();

        Assert.Empty(_solver.Executions);
    }

    [Fact]
    public async Task Several_targets_share_what_they_have_in_common()
    {
        BuildGraph graph = Graph("base:", "common:base", "left:common", "right:common");
        graph = graph with { Targets = [new VertexId(2), new VertexId(3)] };
        var scheduler = Create(graph);
        Assert.Equal(2, (await scheduler.RunAllAsync()).Distinct().Count());
        Assert.Equal(3, scheduler.Executed);
        Assert.Equal(0, await ExecutedAsync(Create(graph)));

        static async Task<int> ExecutedAsync(TestRun run)
        {
            await run.RunAllAsync();
            return run.Executed;
        }
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen = Volatile.Read(ref target);
        while (seen < value)
        {
            int before = Interlocked.CompareExchange(ref target, value, seen);
            if (before == seen) return;
            seen = before;
        }
    }

    // "name:input,input", inputs first; without inputs it is a source.
    private static BuildGraph Graph(params string[] lines)
    {
        var ids = new Dictionary<string, VertexId>();
        var vertices = new List<Vertex>();
        foreach (string line in lines)
        {
            string[] parts = line.Split(':');
            string[] inputs = parts[1].Split(',', StringSplitOptions.RemoveEmptyEntries);
            var id = new VertexId(vertices.Count);
            Operation operation = inputs.Length == 0 ? new ScratchOperation() : new MakeDirectoryOperation("/" + parts[0], "");
            vertices.Add(new Vertex(id, operation, [.. inputs.Select(i => ids[i])], new VertexOrigin(parts[0], "", 1, line)));
            ids.Add(parts[0], id);
        }

        return new BuildGraph([.. vertices], new VertexId(vertices.Count - 1));
    }

    private TestRun Create(BuildGraph graph, int jobs = 8, bool noCache = false, params string[] refreshed) => new(new(
        graph, _solver, new EventReporter(_events.Add, TimeProvider.System), jobs,
        Freshness.Of(graph, v => v.HasParent && (noCache || refreshed.Contains(FakeSolver.NameOf(v))))));

    private string[] Log() =>
    [
        .. _events.Select(e => e switch
        {
            VertexStarted started => "started " + started.Vertex.Origin.Label,
            VertexCached cached => "cached " + cached.Vertex.Origin.Label,
            VertexCompleted completed => "completed " + completed.Vertex.Origin.Label,
            VertexFailed failed => "failed " + failed.Vertex.Origin.Label,
            _ => e.ToString(),
        }),
    ];

    private string[] Failures() =>
        [.. _events.OfType<VertexFailed>().Select(f => $"{f.Vertex.Origin.Label}: {f.Reason}").Order(StringComparer.Ordinal)];

    private sealed class TestRun(Scheduler<FakeSolver.Result> scheduler)
    {
        public int Executed => scheduler.Executed;

        public async Task<FakeSolver.Result> RunAsync(CancellationToken cancellationToken = default)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            return (await scheduler.RunAsync(stop, cancellationToken))[0];
        }

        public async Task<IReadOnlyList<FakeSolver.Result>> RunAllAsync()
        {
            using var stop = new CancellationTokenSource();
            return await scheduler.RunAsync(stop, CancellationToken.None);
        }
    }
}
