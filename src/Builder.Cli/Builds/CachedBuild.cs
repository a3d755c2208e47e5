using Builder.Cache;
using Builder.Cli.Hosting;
using Builder.Cli.Images;
using Builder.Cli.Rendering;
using Builder.Cli.Transfers;
using Builder.Executor;
using Builder.Executor.Events;
using Builder.Executor.Exports;
using Builder.Graph.Lowering;
using Builder.Graph.Sources;
using Builder.Parser;

namespace Builder.Cli.Builds;

/// <summary>
/// A build whose every step is in the cache, done without a session: no file of an image is touched. Whatever else comes up is left to
/// <see cref="BuildCommand"/>, which then does everything itself; nothing was said or written by then.
/// </summary>
internal sealed class CachedBuild(CommandContext context, DiagnosticReport diagnostics)
{
    private const string Layout = "oci-layout:";
    private readonly TimeProvider _time = context.Time;
    private readonly BuildPlanner _planner = new(context);

    /// <summary>The command with its collaborators.</summary>
    public static CachedBuild Create(CommandContext context) => new(context, new DiagnosticReport(context));

    /// <summary>Runs it.</summary>
    /// <returns>Null when a session is needed.</returns>
    public async Task<ExitCode?> RunAsync(BuildArguments arguments, CancellationToken cancellationToken)
    {
        if (!IsPossible(arguments) || !BuilderStore.Exists(StoreLocation.Resolve(context.RootOption, context.Environment))) return null;
        OutputCheck.Check(arguments, context.Environment);
        arguments = SourceDateEpoch.Resolve(arguments, () => null); // the context is a directory
        DateTimeOffset started = _time.GetUtcNow();
        DockerfileSource source = await new DockerfileLoader(context.Environment, context.Terminal.Input).LoadAsync(arguments.Context, arguments.File, cancellationToken);
        ParseResult parsed = DockerfileParser.Parse(source.Text, cancellationToken: cancellationToken);
        if (parsed.HasErrors) return null;
        using BuilderStore store = context.OpenStore();
        var log = new StepLog();
        var session = new BuildSession(arguments, source, parsed, store, new EventHub(new QuietProgress(), log));

        // The first build of a project finds nothing: its files need not be read twice to know that.
        if (!store.History.Latest(_planner.ProjectOf(session)).Any()) return null;
        session = session with { NamedContexts = await new NamedContextLoader(context.Environment, store, arguments.MainPlatform).LoadAsync(arguments.BuildContexts, cancellationToken) };
        var resolver = new BaseImageResolver(session, new ImagePuller(store, context.Registry, new EventReporting(session.Hub.Publish, _time)));
        LoweredPlatforms? lowered = await BuildPlanner.LowerAllAsync(
            session,
            (platform, token) => new NamedContextLoader(context.Environment, store, platform).LoadAsync(arguments.BuildContexts, token),
            (request, _) => Task.FromResult(resolver.FindLocal(request)),
            cancellationToken);
        if (lowered is not { IsComplete: true, Summary.Checks.FailsBuild: false }) return null;
        var events = new List<BuildEvent>();
        if (await FindAsync(session, lowered.Builds, events, cancellationToken) is not { } results) return null;

        using IBuildProgress progress = ProgressFactory.Create(arguments.Progress, context);
        session = session with { Hub = new EventHub(progress, log) };
        session.Announce(started, _time);
        session.Warn(_time);
        events.ForEach(session.Hub.Publish);
        return await ConcludeAsync(session, lowered.With(results), progress, log, lowered.Summary, cancellationToken);
    }

    // Standard input can be read only once, files of images only inside, and what is elsewhere is asked for once.
    private bool IsPossible(BuildArguments arguments) =>
        arguments is { Context: not "-", File: not "-", NoCache: false, Pull: false, PrintGraph: null, Attestations: null, VerifyReproducible: false, Squash: SquashScope.None, Caches: { To.Count: 0, MountTo.Count: 0 } } && arguments.NoCacheStages.Count == 0
        && Directory.Exists(context.Environment.FullPath(arguments.Context)) && (arguments.File is null || !HttpLocation.IsHttp(arguments.File))
        && arguments.BuildContexts.All(c => !c.Value.StartsWith(Layout, StringComparison.Ordinal))
        && arguments.Outputs.All(o => o is StoreOutput or ArchiveOutput or CacheOnlyOutput);

    // What fails here fails inside too, and is told there.
    private async Task<IReadOnlyList<BuildResult>?> FindAsync(BuildSession session, IReadOnlyList<LoweredBuild> builds, List<BuildEvent> events, CancellationToken cancellationToken)
    {
        try
        {
            return await new BuildEngine(session.Store, context.Sessions.CreateRunner(), _time).FindAsync(builds, _planner.Options(session), events.Add, cancellationToken);
        }
        catch (BuildFailedException)
        {
            return null;
        }
    }

    private async Task<ExitCode> ConcludeAsync(
        BuildSession session, IReadOnlyList<PlatformResult> results, IBuildProgress progress, StepLog log, LoweringResult lowered, CancellationToken cancellationToken)
    {
        var conclusion = new BuildConclusion(context, diagnostics);
        try
        {
            if (session.Arguments.IidFile is { } iidFile) File.Delete(context.Environment.FullPath(iidFile));
            return await conclusion.SucceedAsync(session, results, progress, log, cancellationToken);
        }
        finally
        {
            conclusion.End(session, progress, log, lowered);
        }
    }
}
