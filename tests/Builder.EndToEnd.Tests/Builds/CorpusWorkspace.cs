using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Builds;

/// <summary>The one store that all cases of the corpus share: their bases are names of the same busybox.</summary>
public sealed class CorpusWorkspace : IAsyncLifetime
{
    private Workspace? _workspace;

    public Task InitializeAsync() => Task.CompletedTask;

    /// <summary>Made with the first test that asks, since a machine without a sandbox has none that does.</summary>
    internal async Task<Workspace> GetAsync() => _workspace ??= await Workspace.CreateAsync(workspace => workspace.ImportBusyboxAsync());

    public async Task DisposeAsync()
    {
        if (_workspace is not null)
            await _workspace.DisposeAsync();
    }
}
