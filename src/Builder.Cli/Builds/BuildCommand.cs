using System.Collections.Immutable;
using Builder.Cache;
using Builder.Cli.Hosting;
using Builder.Cli.Images;
using Builder.Cli.Rendering;
using Builder.Cli.Transfers;
using Builder.Executor;
using Builder.Executor.Events;
using Builder.Executor.Sources;
using Builder.Graph.Checks;
using Builder.Graph.Lowering;
using Builder.Graph.Operations;
using Builder.Graph.Sources;
using Builder.Oci;
using Builder.Parser;
using Builder.Parser.Diagnostics;

namespace Builder.Cli.Builds;

/// <summary>Builds an image: reads, parses, lowers, executes, hands the result on.</summary>
internal sealed class BuildCommand(CommandContext context, DiagnosticReport diagnostics)
{
    private const string ContextName = "context";
    private readonly TimeProvider _time = context.Time;

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
        SourceSettings settings = SourceSettingsReader.Read(context.Environment) with { Secret = arguments.Steps.SecretText };
        using var fetcher = new SourceFetcher(store, settings, _time);
        var remote = new RemoteContexts(fetcher, hub.Publish, _time, KeepsGitDirectory(arguments));
        DockerfileSource source = await new DockerfileLoader(context.Environment, context.Terminal.Input, remote)
            .LoadAsync(arguments.Context, arguments.File, cancellationToken);
        ParseResult parsed = DockerfileParser.Parse(source.Text);
        if (parsed.HasErrors)
        {
            progress.Finish();
            IEnumerable<Diagnostic> meaning = DockerfileLowering.Lower(Request(arguments, source, parsed, NamedContextSet.Empty)).Diagnostics;
            diagnostics.Write(parsed.Source, parsed.Diagnostics.Concat(meaning).OrderBy(d => d.Span.Start));
            return ExitCode.Failure;
        }

        string loading = $"[internal] load build definition from {source.Text.FileName}";
        hub.Publish(new TaskEvent(started, loading, Done: false));
        hub.Publish(new TaskEvent(_time.GetUtcNow(), loading, Done: true));
        NamedContextSet named = await new NamedContextLoader(context.Environment, store).LoadAsync(arguments.BuildContexts, cancellationToken);
        foreach (string warning in arguments.Warnings.Concat(StageWarnings.Of(arguments, parsed))) hub.Publish(new BuildWarning(_time.GetUtcNow(), warning));
        var session = new BuildSession(arguments, source, parsed, store, hub) { NamedContexts = named, Sources = settings };
        return await RunAsync(session, progress, log, cancellationToken);
    }

    private async Task<ExitCode> RunAsync(BuildSession session, IBuildProgress progress, StepLog log, CancellationToken cancellationToken)
    {
        ParseResult parsed = session.Parsed;
        LoweringResult? lowered = null;
        try
        {
            lowered = await LowerAsync(session, cancellationToken);
            if (lowered.Build is null) return ExitCode.Failure;
            if (lowered.Checks.FailsBuild) throw CheckFailure(lowered.Checks);
            if (session.Arguments.PrintGraph is { } format)
            {
                context.Terminal.Out.Write(GraphText.Print(lowered.Build, format));
                return ExitCode.Success;
            }

            var engine = new BuildEngine(session.Store, context.Sessions.CreateRunner(), _time);
            BuildResult result = await engine.ExecuteAsync(lowered.Build, Options(session), session.Hub.Publish, cancellationToken);
            if (session.Arguments.ExpectCached && log.Misses.Count > 0)
            {
                progress.Finish();
                MissReport.WriteUnexpected(context.Terminal.Error, log.Misses);
                return ExitCode.Failure;
            }

            var exporter = new ResultExporter(session.Store, context, session.Hub.Publish, session.Arguments.Epoch);
            ExportedImage exported = await exporter.ExportAsync(result, session.Arguments, cancellationToken);
            progress.Finish();
            if (session.Arguments.MetadataFile is { } metadataFile)
                await File.WriteAllBytesAsync(context.Environment.FullPath(metadataFile), BuildMetadata.Write(exported), cancellationToken);
            await ReportSuccessAsync(session, result, log, cancellationToken);
            return ExitCode.Success;
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
            progress.Finish();
            if (session.Arguments is { Explain: true, PrintGraph: null } && lowered?.Build is not null) MissReport.Write(context.Terminal.Error, log);
            bool isQuiet = session.Arguments.Progress is ProgressMode.Quiet or ProgressMode.None;
            if (!isQuiet || lowered is { Build: null } or { Checks.FailsBuild: true }) WriteDiagnostics(parsed, lowered);
        }
    }

    private void WriteDiagnostics(ParseResult parsed, LoweringResult? lowered)
    {
        diagnostics.Write(parsed.Source, parsed.Diagnostics.Where(d => !CheckReport.Covers(d)));
        if (lowered is null) return;
        diagnostics.Write(parsed.Source, lowered.Diagnostics);
        diagnostics.Write(parsed.Source, lowered.Checks.Findings.Select(finding => finding.Diagnostic));
    }

    private static CommandException CheckFailure(CheckReport checks)
    {
        string rules = string.Join(", ", checks.Findings.Select(finding => finding.Rule.Name).Distinct().Order(StringComparer.Ordinal));
        return new CommandException($"the checks found something, and the Dockerfile asks for errors then: {rules}", hint: "'# check=error=true' says so");
    }

    private static LoweringRequest Request(BuildArguments arguments, DockerfileSource source, ParseResult parsed, NamedContextSet named) =>
        BuildRequest.Of(arguments, parsed, new CheckOptions { IsIgnored = IgnoredPaths.Of(source.IgnoreFile) }) with
        {
            BuildContext = source.RemoteContext ?? new ContextOperation(ContextName),
            NamedContexts = named.Contexts,
            Images = named.Images,
        };

    // Each pass tells which images it needs to go on.
    private async Task<LoweringResult> LowerAsync(BuildSession session, CancellationToken cancellationToken)
    {
        LoweringRequest request = Request(session.Arguments, session.Source, session.Parsed, session.NamedContexts);
        var resolver = new BaseImageResolver(session, new ImagePuller(session.Store, context.Registry, new EventReporting(session.Hub.Publish, _time)));
        while (true)
        {
            LoweringResult result = DockerfileLowering.Lower(request);
            if (result.MissingImages.Count == 0 || result.Diagnostics.Any(d => d.Severity == Severity.Error)) return result;
            ImmutableDictionary<string, ResolvedImage> images = request.Images;
            foreach (ImageRequest missing in result.MissingImages)
                images = images.SetItem(missing.Key, await resolver.ResolveAsync(missing, cancellationToken));
            if (images.Count == request.Images.Count) throw new InvalidOperationException("lowering asks for images it was given");
            request = request with { Images = images };
        }
    }

    // Builds of one Dockerfile and one context are compared with each other.
    private string ProjectOf(BuildSession session)
    {
        BuildArguments arguments = session.Arguments;
        string place = session.Source.ContextDirectory ?? (arguments.Context == "-" ? "standard input" : UrlText.Redacted(arguments.Context));
        if (arguments.File is null or "-") return place;
        return $"{place} with {(session.Source.RemoteContext is null ? context.Environment.FullPath(arguments.File) : arguments.File)}";
    }

    private ExecutionOptions Options(BuildSession session)
    {
        string? directory = session.Source.ContextDirectory;
        if (directory is null)
        {
            directory = Path.Combine(session.Store.Root, "empty-context");
            Directory.CreateDirectory(directory);
        }

        var options = new ExecutionOptions
        {
            Contexts = session.NamedContexts.Directories.Add(ContextName, new LocalContext(directory, session.Source.IgnoreFile)),
            Sources = session.Sources,
            NoCache = session.Arguments.NoCache,
            NoCacheStages = session.Arguments.NoCacheStages,
            Steps = session.Arguments.Steps,
            Epoch = session.Arguments.Epoch,
            Project = ProjectOf(session),
            ContextModes = session.Arguments.ContextModes,
        };
        return session.Arguments.Jobs is { } jobs ? options with { Jobs = jobs } : options;
    }

    private static bool KeepsGitDirectory(BuildArguments arguments) =>
        arguments.BuildArgs.GetValueOrDefault("BUILDKIT_CONTEXT_KEEP_GIT_DIR") is "1" or "t" or "T" or "true" or "TRUE" or "True";

    private async Task ReportSuccessAsync(BuildSession session, BuildResult result, StepLog log, CancellationToken cancellationToken)
    {
        string id = Digest.Sha256(result.ConfigBytes.Span).ToString();
        if (session.Arguments.IidFile is { } path) await File.WriteAllTextAsync(context.Environment.FullPath(path), id, cancellationToken);
        switch (session.Arguments.Progress)
        {
            case ProgressMode.Quiet:
                context.Terminal.Out.Write(id + "\n");
                break;
            case ProgressMode.None:
                break;
            default:
                string steps = log.Executed == 0 && log.Cached > 0
                    ? $": all {log.Cached} steps cached, nothing was executed"
                    : log.Cached > 0 ? $": {log.Executed} steps executed, {log.Cached} cached" : "";
                context.Terminal.Error.Write($"\nbuilt {id}{steps}\n");
                break;
        }
    }
}

/// <summary>What belongs together during one build.</summary>
internal sealed record BuildSession(BuildArguments Arguments, DockerfileSource Source, ParseResult Parsed, BuilderStore Store, EventHub Hub)
{
    public NamedContextSet NamedContexts { get; init; } = NamedContextSet.Empty;

    public SourceSettings Sources { get; init; } = new();
}
