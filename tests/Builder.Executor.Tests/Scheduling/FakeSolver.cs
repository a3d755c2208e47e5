using System.Collections.Concurrent;
using Builder.Cache.Keys;
using Builder.Executor.Scheduling;
using Builder.Graph;
using Builder.Graph.Operations;
using Builder.Oci;

namespace Builder.Executor.Tests.Scheduling;

/// <summary>A world of strings: a vertex's result is its canonical key. Counts every call.</summary>
internal sealed class FakeSolver : IVertexSolver<FakeSolver.Result>
{
    public ConcurrentDictionary<Digest, Result> Records { get; } = new();

    public ConcurrentDictionary<string, int> Executions { get; } = new();

    public ConcurrentDictionary<string, int> LookUps { get; } = new();

    /// <summary>By vertex name, what it reads in truth; two vertices of the same content have equal canonical keys.</summary>
    public ConcurrentDictionary<string, string> Contents { get; } = new();

    public Func<string, CancellationToken, Task> OnExecute { get; set; } = (_, _) => Task.CompletedTask;

    public Func<string, Task> OnDefine { get; set; } = _ => Task.CompletedTask;

    public static string NameOf(Vertex vertex) => vertex.Origin.Label;

    public async Task<CacheKey> DefineAsync(Vertex vertex, IReadOnlyList<Digest> inputs, CancellationToken cancellationToken)
    {
        await OnDefine(NameOf(vertex));
        return Key("definition", NameOf(vertex), inputs);
    }

    public Result? Source(Vertex vertex, CacheKey definition) => vertex.Operation is ScratchOperation ? new Result(definition.Digest) : null;

    public Result? Find(Vertex vertex, CacheKey key)
    {
        LookUps.AddOrUpdate(NameOf(vertex), 1, (_, n) => n + 1);
        return Records.GetValueOrDefault(key.Digest);
    }

    /// <summary>By vertex name: what a shared cache claims to have, and whether it can be had.</summary>
    public ConcurrentDictionary<string, bool> Shared { get; } = new();

    public Task<bool> IsSharedAsync(Vertex vertex, CacheKey key, CancellationToken cancellationToken) => Task.FromResult(Shared.ContainsKey(NameOf(vertex)));

    public Task<Result?> BringAsync(Vertex vertex, CacheKey key, CancellationToken cancellationToken)
    {
        if (Shared.GetValueOrDefault(NameOf(vertex))) return Task.FromResult<Result?>(Records[key.Digest] = new Result(key.Digest));
        Shared.TryRemove(NameOf(vertex), out _);
        return Task.FromResult<Result?>(null);
    }

    public Task<CacheKey> IdentifyAsync(Vertex vertex, IReadOnlyList<Result> inputs, CancellationToken cancellationToken) =>
        Task.FromResult(Key("canonical", Contents.GetValueOrDefault(NameOf(vertex), NameOf(vertex)), inputs.Select(i => i.Key)));

    public async Task<Result> ExecuteAsync(Vertex vertex, CacheKey canonical, IReadOnlyList<Result> inputs, CancellationToken cancellationToken)
    {
        Executions.AddOrUpdate(NameOf(vertex), 1, (_, n) => n + 1);
        await OnExecute(NameOf(vertex), cancellationToken);
        return Records[canonical.Digest] = new Result(canonical.Digest);
    }

    public void Alias(CacheKey definition, Result result) => Records[definition.Digest] = result;

    private static CacheKey Key(string kind, string name, IEnumerable<Digest> inputs) =>
        new(Digest.Sha256(System.Text.Encoding.UTF8.GetBytes($"{kind}|{name}|{string.Join('|', inputs)}")), []);

    internal sealed record Result(Digest Key);
}
