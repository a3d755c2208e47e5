using System.Collections.Immutable;
using System.Globalization;
using Builder.Cache.Sharing;
using Builder.Cli.Hosting;
using Builder.Executor.Sharing;
using Builder.Oci.Images;
using Builder.Registry;

namespace Builder.Cli.Builds.Caches;

/// <summary>Makes the shared caches that a command line names.</summary>
internal sealed class CacheSetup(CommandContext context)
{
    private const string TimeoutVariable = "BUILDER_CACHE_TIMEOUT";
    private const int Retries = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    // A cache is worth less waiting than an image that the build can't do without.
    private readonly Lazy<IImageRegistry> _reading = context.IsOffline ? context.Registry : new Lazy<IImageRegistry>(() => new RegistryClient(
        RegistrySetup.Options(context.Environment, context.Time) with { IdleTimeout = TimeoutOf(context.Environment), Retries = Retries }));

    /// <summary>Those that are read.</summary>
    public ImmutableArray<ICacheSource> Sources(IEnumerable<CachePlace> places) => [.. places.Select(Source)];

    /// <summary>Those that are filled.</summary>
    public ImmutableArray<CacheExportSpec> Targets(IEnumerable<CacheTo> targets) => [.. targets.Select(t => new CacheExportSpec(Target(t.Place))
    {
        AllSteps = t.AllSteps,
        Compression = t.Compression,
        Form = t.Form,
        IgnoreError = t.IgnoreError,
        Reset = t.Reset,
    })];

    private static TimeSpan TimeoutOf(HostEnvironment environment)
    {
        if (environment.Variable(TimeoutVariable) is not { } text) return Patience;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds > 0
            ? TimeSpan.FromSeconds(seconds)
            : throw CommandException.Usage($"{TimeoutVariable} is \"{text}\": expected a number from 1");
    }

    private LayoutCache Layout(LocalCachePlace local) => new(context.Environment.FullPath(local.Directory), local.Tag, local.Digest);

    private ICacheSource Source(CachePlace place) => place switch
    {
        LocalCachePlace local => Layout(local),
        RegistryCachePlace registry => new RegistryCache(registry.Reference, _reading),
        _ => throw new InvalidOperationException($"unknown place {place.GetType().Name}"),
    };

    private ICacheTarget Target(CachePlace place) => place switch
    {
        LocalCachePlace local => Layout(local),
        RegistryCachePlace registry => new RegistryCache(registry.Reference, context.Registry),
        _ => throw new InvalidOperationException($"unknown place {place.GetType().Name}"),
    };
}
