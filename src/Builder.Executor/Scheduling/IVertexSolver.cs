using Builder.Cache.Keys;
using Builder.Graph;
using Builder.Oci;

namespace Builder.Executor.Scheduling;

/// <summary>What the scheduler asks of the world. Calls for different vertices may come at the same time.</summary>
/// <typeparam name="TResult">What resolving a vertex gives.</typeparam>
internal interface IVertexSolver<TResult>
    where TResult : class
{
    /// <summary>The definition key: computed for every vertex, inputs first, without executing anything.</summary>
    /// <param name="vertex">The vertex.</param>
    /// <param name="inputs">Definition keys of its inputs.</param>
    /// <param name="cancellationToken">Stops it.</param>
    Task<CacheKey> DefineAsync(Vertex vertex, IReadOnlyList<Digest> inputs, CancellationToken cancellationToken);

    /// <summary>
    /// The result of a vertex without inputs, which needs no look-up; null for any other. The solver reports its events itself.
    /// </summary>
    TResult? Source(Vertex vertex, CacheKey definition);

    /// <summary>The stored result of a key, or null.</summary>
    TResult? Find(Vertex vertex, CacheKey key);

    /// <summary>Whether a shared cache claims to have the result of a key. Nothing is brought yet.</summary>
    Task<bool> IsSharedAsync(Vertex vertex, CacheKey key, CancellationToken cancellationToken);

    /// <summary>Brings a result that a shared cache claims to have; null when it can't be had after all.</summary>
    Task<TResult?> BringAsync(Vertex vertex, CacheKey key, CancellationToken cancellationToken);

    /// <summary>The canonical key, from what the inputs turned out to be.</summary>
    Task<CacheKey> IdentifyAsync(Vertex vertex, IReadOnlyList<TResult> inputs, CancellationToken cancellationToken);

    /// <summary>Does the work, and stores the result under the canonical key.</summary>
    Task<TResult> ExecuteAsync(Vertex vertex, CacheKey canonical, IReadOnlyList<TResult> inputs, CancellationToken cancellationToken);

    /// <summary>Makes the definition key lead to the result next time.</summary>
    void Alias(CacheKey definition, TResult result);
}
