using System.Collections.Immutable;
using Builder.Executor.Steps;

namespace Builder.Executor.Sources;

/// <summary>What fetching may use and how far it may go.</summary>
public sealed record SourceSettings
{
    /// <summary>The caller's environment; of it git sees only what it needs to find programs, proxies, certificates and known hosts.</summary>
    public ImmutableDictionary<string, string> Environment { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Largest file that is downloaded.</summary>
    public long MaxDownload { get; init; } = 16L << 30;

    /// <summary>How long a server may say nothing.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long one transfer may take in all.</summary>
    public TimeSpan TotalTimeout { get; init; } = TimeSpan.FromHours(2);

    /// <summary>How often a request that failed in passing is repeated.</summary>
    public int Retries { get; init; } = 2;

    /// <summary>Nothing is fetched: what isn't in the store and pinned by a commit or digest can't be had.</summary>
    public bool IsOffline { get; init; }

    /// <summary>The text of a secret of the build, or null: <c>HTTP_AUTH_TOKEN_host</c> and its like.</summary>
    public Func<string, string?> Secret { get; init; } = static _ => null;

    /// <summary>What repositories over SSH are shown: the agent or keys given to the build as <c>default</c>; null for none.</summary>
    public SshSource? SshKeys { get; init; }

    /// <summary>Whether they may be shown the caller's own agent and keys when none were given: what the command line names is, what a Dockerfile names isn't.</summary>
    public bool MayUseOwnKeys { get; init; }

    /// <summary>Refuses to ask a server when nobody is to be asked.</summary>
    /// <exception cref="SourceException">That is so.</exception>
    internal void RequireOnline(string what)
    {
        if (IsOffline) throw new SourceException($"{what} would have to be fetched, and --offline forbids it");
    }
}
