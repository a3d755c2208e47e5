using System.Diagnostics;
using Builder.Cli.Hosting;
using Builder.Cli.Rendering;
using Builder.Executor.Exports;
using Builder.Executor.Tracing;
using Builder.Graph.Checks;
using Builder.Graph.Lowering;
using Builder.Oci;
using Builder.Parser;

namespace Builder.Cli.Builds;

/// <summary>The end of a build: brings the result where it goes, and tells what is left to tell.</summary>
internal sealed class BuildConclusion(CommandContext context, DiagnosticReport diagnostics)
{
    /// <summary>There is a result.</summary>
    /// <param name="session">The build.</param>
    /// <param name="results">Its result for each platform.</param>
    /// <param name="progress">Its display.</param>
    /// <param name="log">What happened.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="share">Fills caches of others at the end; told whether the build has failed.</param>
    public async Task<ExitCode> SucceedAsync(
        BuildSession session, IReadOnlyList<PlatformResult> results, IBuildProgress progress, StepLog log, CancellationToken cancellationToken, Func<bool, Task>? share = null)
    {
        if (session.Arguments.ExpectCached && log.Misses.Count > 0)
        {
            if (share is not null) await share(true);
            progress.Finish();
            MissReport.WriteUnexpected(context.Terminal.Error, log.Misses);
            return ExitCode.Failure;
        }

        if (session.Arguments.Squash is not SquashScope.None and var scope) results = await SquashAsync(session, results, scope, cancellationToken);
        if (session.Arguments is { RewritesTimes: true, Epoch: { } latest }) results = await DateAsync(session, results, latest, cancellationToken);
        var exporter = new ResultExporter(session.Store, context, session.Hub.Publish, session.Arguments.Epoch);
        using Activity? phase = Phases.Begin("export");
        ExportedImage exported = await exporter.ExportAsync(results, session.Arguments, cancellationToken);
        if (share is not null) await share(false);
        progress.Finish();
        if (session.Arguments.MetadataFile is { } metadataFile)
            await File.WriteAllBytesAsync(context.Environment.FullPath(metadataFile), BuildMetadata.Write(exported), cancellationToken);
        await ReportAsync(session, exported.Config.Digest, log, cancellationToken);
        return ExitCode.Success;
    }

    /// <summary>Whatever happened, nothing more will.</summary>
    /// <param name="session">The build.</param>
    /// <param name="progress">Its display.</param>
    /// <param name="log">What happened.</param>
    /// <param name="lowered">As far as it came.</param>
    public void End(BuildSession session, IBuildProgress progress, StepLog log, LoweringResult? lowered)
    {
        progress.Finish();
        if (session.Arguments is { Explain: true, PrintGraph: null } && lowered?.Build is not null) MissReport.Write(context.Terminal.Error, log);
        bool isQuiet = session.Arguments.Progress is ProgressMode.Quiet or ProgressMode.None;
        if (!isQuiet || lowered is { Build: null } or { Checks.FailsBuild: true }) WriteDiagnostics(session.Parsed, lowered);
    }

    private static async Task<IReadOnlyList<PlatformResult>> DateAsync(
        BuildSession session, IReadOnlyList<PlatformResult> results, DateTimeOffset latest, CancellationToken cancellationToken)
    {
        var dated = new List<PlatformResult>();
        foreach (PlatformResult each in results) dated.Add(each with { Result = await ResultDater.RewriteAsync(session.Store, each.Result, latest, cancellationToken) });
        return dated;
    }

    private static async Task<IReadOnlyList<PlatformResult>> SquashAsync(
        BuildSession session, IReadOnlyList<PlatformResult> results, SquashScope scope, CancellationToken cancellationToken)
    {
        using Activity? phase = Phases.Begin("squash");
        var squashed = new List<PlatformResult>();
        foreach (PlatformResult each in results)
            squashed.Add(each with { Result = await ResultSquasher.SquashAsync(session.Store, each.Result, scope == SquashScope.All, cancellationToken) });
        return squashed;
    }

    private void WriteDiagnostics(ParseResult parsed, LoweringResult? lowered)
    {
        diagnostics.Write(parsed.Source, parsed.Diagnostics.Where(d => !CheckReport.Covers(d)));
        if (lowered is null) return;
        diagnostics.Write(parsed.Source, lowered.Diagnostics);
        diagnostics.Write(parsed.Source, lowered.Checks.Findings.Select(finding => finding.Diagnostic));
    }

    private async Task ReportAsync(BuildSession session, Digest image, StepLog log, CancellationToken cancellationToken)
    {
        string id = image.ToString();
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
