using Builder.Cache;
using Builder.Cli.Builds.Caches;
using Builder.Cli.Hosting;
using Builder.Cli.Images;
using Builder.Cli.Rendering;
using Builder.Cli.Transfers;
using Builder.Executor;
using Builder.Executor.Sharing;
using Builder.Executor.Sources;
using Builder.Graph;
using Builder.Graph.Checks;
using Builder.Graph.Lowering;
using Builder.Parser;
using Builder.Parser.Diagnostics;

namespace Builder.Cli.Builds;

/// <summary>Builds an image: reads, parses, lowers, executes, hands the result on.</summary>
internal sealed class BuildCommand(CommandContext context, DiagnosticReport diagnostics)
{
    private readonly TimeProvider _time = context.Time;
    private readonly BuildPlanner _planner = new(context);
    private readonly BuildConclusion _conclusion = new(context, diagnostics);

    /// <summary>The command with its collaborators.</summary>
    public static BuildCommand Create(CommandContext context) => new(context, new DiagnosticReport(context));

    /// <summary>Runs it.</summary>
    public async Task<ExitCode> RunAsync(BuildArguments arguments, CancellationToken cancellationToken)
    {
        OutputCheck.Check(arguments, context.Environment);
        if (arguments.IidFile is { } iidFile) File.Delete(context.Environment.FullPath(iidFile));
        DateTimeOffset started = _time.GetUtcNow();
        using BuilderStore store = context.OpenStore();
        var log = new StepLog();
        using IBuildProgress progress = ProgressFactory.Create(arguments.Progress, context);
        var hub = new EventHub(progress, log);
        SourceSettings settings = SourceSettingsReader.Read(context.Environment, arguments.Steps) with { IsOffline = context.IsOffline };
        using var fetcher = new SourceFetcher(store, settings with { MayUseOwnKeys = true }, _time);
        var remote = new RemoteContexts(fetcher, hub.Publish, _time, KeepsGitDirectory(arguments), SourceDateEpoch.IsGiven(arguments));
        DockerfileSource source = await new DockerfileLoader(context.Environment, context.Terminal.Input, remote)
            .LoadAsync(arguments.Context, arguments.File, cancellationToken);
        arguments = SourceDateEpoch.Resolve(arguments, () => remote.TimeOf(source));
        ParseResult parsed = DockerfileParser.Parse(source.Text, arguments.BuildArgs.GetValueOrDefault(DockerfileParser.SyntaxArgument), cancellationToken);
        if (parsed.HasErrors)
        {
            progress.Finish();
            LoweringRequest request = BuildPlanner.Request(arguments, source, parsed, NamedContextSet.Empty);
            IEnumerable<Diagnostic> meaning = DockerfileLowering.Lower(request, cancellationToken).Diagnostics;
            diagnostics.Write(parsed.Source, parsed.Diagnostics.Concat(meaning).OrderBy(d => d.Span.Start));
            return ExitCode.Failure;
        }

        var session = new BuildSession(arguments, source, parsed, store, hub) { Sources = settings };
        session.Announce(started, _time);
        session = session with { NamedContexts = await new NamedContextLoader(context.Environment, store, arguments.MainPlatform).LoadAsync(arguments.BuildContexts, cancellationToken) };
        session.Warn(_time);
        return await RunAsync(session, progress, log, cancellationToken);
    }

    private async Task<ExitCode> RunAsync(BuildSession session, IBuildProgress progress, StepLog log, CancellationToken cancellationToken)
    {
        ParseResult parsed = session.Parsed;
        LoweredPlatforms? lowered = null;
        try
        {
            var resolver = new BaseImageResolver(session, new ImagePuller(session.Store, context.Registry, new EventReporting(session.Hub.Publish, _time)));
            lowered = await BuildPlanner.LowerAllAsync(
                session,
                (platform, token) => new NamedContextLoader(context.Environment, session.Store, platform).LoadAsync(session.Arguments.BuildContexts, token),
                async (request, token) => await resolver.ResolveAsync(request, token),
                cancellationToken);
            if (lowered is null) throw new InvalidOperationException("an image was neither found nor missed");
            if (!lowered.IsComplete) return ExitCode.Failure;
            if (lowered.Summary.Checks is { FailsBuild: true } failing) throw CheckFailure(failing);
            BuildGraph graph = lowered.Builds[0].Graph;
            if (session.Arguments.Platforms.Count > 0 && EmulationCheck.Find(graph, parsed) is { } missing)
            {
                progress.Finish();
                diagnostics.Write(parsed.Source, [missing]);
                return ExitCode.Failure;
            }

            if (session.Arguments.PrintGraph is { } format)
            {
                context.Terminal.Out.Write(GraphText.Print(graph, format));
                return ExitCode.Success;
            }

            var caches = new CacheSetup(context);
            await using var export = new CacheExport(session.Store, caches.Targets(session.Arguments.Caches.To), session.Hub.Publish, _time, cancellationToken);
            var mounts = new SharedMounts(
                session.Store, caches.Sources(session.Arguments.Caches.MountFrom), caches.Targets(session.Arguments.Caches.MountTo), session.Hub.Publish, _time);
            async Task ShareAsync(bool isFailed)
            {
                await export.FinishAsync(isFailed);
                await mounts.ExportAsync(graph, isFailed, cancellationToken);
            }

            ExecutionOptions options = _planner.Options(session) with
            {
                CacheFrom = caches.Sources(session.Arguments.Caches.From),
                CacheExport = export,
                SharedMounts = mounts,
            };
            IReadOnlyList<BuildResult> results = await ExecuteAsync(lowered.Builds, session, options, ShareAsync, cancellationToken);
            return await _conclusion.SucceedAsync(session, lowered.With(results), progress, log, cancellationToken, ShareAsync);
        }
        catch (MissingImageException missing)
        {
            progress.Finish();
            diagnostics.Write(parsed.Source, [missing.Diagnostic]);
            return ExitCode.Failure;
        }
        catch (BuildFailedException failure)
        {
            progress.Finish();
            new FailureReport(context.Terminal.Error).Write(failure, log, parsed);
            return ExitCode.Failure;
        }
        finally
        {
            _conclusion.End(session, progress, log, lowered?.Summary);
        }
    }

    private async Task<IReadOnlyList<BuildResult>> ExecuteAsync(
        IReadOnlyList<LoweredBuild> builds, BuildSession session, ExecutionOptions options, Func<bool, Task> share, CancellationToken cancellationToken)
    {
        DateTimeOffset started = _time.GetUtcNow();
        bool isVerified = session.Arguments.VerifyReproducible;
        if (isVerified) options = options with { NoCache = true };
        try
        {
            var engine = new BuildEngine(session.Store, context.Sessions.CreateRunner(), _time);
            IReadOnlyList<BuildResult> results = await engine.ExecuteAsync(builds, options, session.Hub.Publish, cancellationToken);
            if (isVerified) await new ReproducibilityCheck(context, session).RunAsync(builds, options, results, started, cancellationToken);
            return results;
        }
        catch (BuildFailedException)
        {
            await share(true);
            throw;
        }
    }

    private static CommandException CheckFailure(CheckReport checks)
    {
        string rules = string.Join(", ", checks.Findings.Select(finding => finding.Rule.Name).Distinct().Order(StringComparer.Ordinal));
        return new CommandException($"the checks found something, and the Dockerfile asks for errors then: {rules}", hint: "'# check=error=true' says so");
    }

    private static bool KeepsGitDirectory(BuildArguments arguments) =>
        arguments.BuildArgs.GetValueOrDefault("BUILDKIT_CONTEXT_KEEP_GIT_DIR") is "1" or "t" or "T" or "true" or "TRUE" or "True";
}
