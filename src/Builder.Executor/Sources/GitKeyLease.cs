using Builder.Executor.Steps;

namespace Builder.Executor.Sources;

/// <summary>Keys in use by one git command.</summary>
/// <param name="variables">For its environment.</param>
/// <param name="place">Where the agent listens, or null for none of the build's.</param>
internal sealed class GitKeyLease(IReadOnlyList<KeyValuePair<string, string>> variables, SocketPlace? place) : IDisposable
{
    public IReadOnlyList<KeyValuePair<string, string>> Variables => variables;

    public void Dispose() => place?.Dispose();
}
