using System.Collections.Immutable;
using Builder.Cache;
using Builder.Cli.Hosting;
using Builder.Cli.Images;
using Builder.Cli.Rendering;
using Builder.Cli.Transfers;
using Builder.Executor.Sources;
using Builder.Graph.Checks;
using Builder.Graph.Lowering;
using Builder.Graph.Outlines;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Parser;
using Builder.Parser.Diagnostics;

namespace Builder.Cli.Builds.Calls;

/// <summary>
/// Tells about a Dockerfile without building it: <c>--check</c> and <c>--call</c>. No registry is asked, and nothing is fetched but a context from elsewhere
/// that the Dockerfile is in.
/// </summary>
internal sealed class CallCommand(CommandContext context, DiagnosticReport diagnostics)
{
    /// <summary>Whether files have to be unpacked: then the store's owner does it.</summary>
    public static bool NeedsSession(BuildArguments arguments, HostEnvironment environment) =>
        arguments.Call.Kind != CallKind.Describe
        && RemoteContexts.IsRemote(arguments.Context) && !Directory.Exists(environment.FullPath(arguments.Context));

    /// <summary>Runs it.</summary>
    public async Task<ExitCode> RunAsync(BuildArguments arguments, CancellationToken cancellationToken)
    {
        CallSpec call = arguments.Call;
        TextWriter output = context.Terminal.Out;
        if (call.Kind == CallKind.Describe)
        {
            DescribePrinter.Print(call.Format, output);
            return ExitCode.Success;
        }

        using BuilderStore store = context.OpenStore();
        DockerfileSource source = await LoadAsync(arguments, store, cancellationToken);
        ParseResult parsed = DockerfileParser.Parse(source.Text, arguments.BuildArgs.GetValueOrDefault(DockerfileParser.SyntaxArgument), cancellationToken);
        NamedContextSet named = parsed.HasErrors || call.Kind == CallKind.Targets
            ? NamedContextSet.Empty
            : await new NamedContextLoader(context.Environment, store, arguments.MainPlatform).LoadAsync(arguments.BuildContexts, cancellationToken);
        var subject = new CallSubject(arguments, source, parsed, named, store);
        if (call.Kind == CallKind.Check) return Check(subject, cancellationToken);

        LoweringResult? lowered = parsed.HasErrors || call.Kind == CallKind.Targets ? null : Lower(subject, new CheckOptions(), cancellationToken);
        Diagnostic[] errors = [.. Errors(parsed, lowered)];
        if (errors.Length > 0)
        {
            diagnostics.Write(parsed.Source, errors);
            return ExitCode.Failure;
        }

        var printer = new OutlinePrinter(parsed.Source, output);
        if (lowered?.Outline is { } outline) printer.Print(outline, call.Format);
        else printer.Print(OutlineTargets.Of(parsed), call.Format);
        return ExitCode.Success;
    }

    private static IEnumerable<Diagnostic> Errors(ParseResult parsed, LoweringResult? lowered) =>
        parsed.Diagnostics.Concat(lowered?.Diagnostics ?? []).Where(d => d.Severity == Severity.Error);

    private async Task<DockerfileSource> LoadAsync(BuildArguments arguments, BuilderStore store, CancellationToken cancellationToken)
    {
        SourceSettings settings = SourceSettingsReader.Read(context.Environment, arguments.Steps) with { IsOffline = context.IsOffline };
        using var fetcher = new SourceFetcher(store, settings with { MayUseOwnKeys = true }, context.Time);
        bool unpacks = NeedsSession(arguments, context.Environment);
        var remote = unpacks || arguments.File is not null
            ? new RemoteContexts(fetcher, static _ => { }, context.Time, keepGitDirectory: false)
            : null;
        return await new DockerfileLoader(context.Environment, context.Terminal.Input, remote, unpacks).LoadAsync(arguments.Context, arguments.File, cancellationToken);
    }

    private ExitCode Check(CallSubject subject, CancellationToken cancellationToken)
    {
        (BuildArguments arguments, DockerfileSource source, ParseResult parsed, _, _) = subject;
        CallSpec call = arguments.Call;
        var options = new CheckOptions { Advice = true, AllStages = arguments.Target is null, IsIgnored = IgnoredPaths.Of(source) };
        LoweringResult lowered = Lower(subject, options, cancellationToken);

        // What wasn't understood is missing from what the checks see.
        CheckFinding[] findings = parsed.HasErrors ? [] : [.. lowered.Checks.Findings];
        Diagnostic[] errors = [.. Errors(parsed, lowered).OrderBy(error => error.Span.Start)];
        switch (call.Format)
        {
            case CallFormat.Json:
                CheckJson.Print(parsed.Source, findings, errors, context.Terminal.Out);
                break;
            case CallFormat.Sarif:
                SarifLog.Print(parsed.Source, findings, errors, context.Terminal.Out);
                break;
            default:
                CheckText.Print(parsed.Source, findings, errors.Length > 0, context.Terminal.Out);
                break;
        }

        context.Terminal.Flush();
        IEnumerable<Diagnostic> told = parsed.Diagnostics.Where(d => !CheckReport.Covers(d)).Concat(lowered.Diagnostics);
        diagnostics.Write(parsed.Source, told.OrderBy(d => d.Span.Start));
        if (errors.Length > 0) return ExitCode.Failure;
        return findings.Length > 0 && !call.IgnoreStatus ? ExitCode.Failure : ExitCode.Success;
    }

    private LoweringResult Lower(CallSubject subject, CheckOptions options, CancellationToken cancellationToken)
    {
        LoweringRequest request = BuildRequest.Of(subject.Arguments, subject.Parsed, options) with
        {
            NamedContexts = subject.Named.Contexts,
            Images = subject.Named.Images,
            Entitlements = [.. Enum.GetValues<Entitlement>()], // nothing is run
        };
        if (subject.Source.RemoteContext is { } remote) request = request with { BuildContext = remote };
        var puller = new ImagePuller(subject.Store, context.Registry, new EventReporting(static _ => { }, context.Time));
        while (true)
        {
            LoweringResult result = DockerfileLowering.Lower(request, cancellationToken);
            if (result.MissingImages.Count == 0) return result;
            ImmutableDictionary<string, ResolvedImage> images = request.Images;
            foreach (ImageRequest missing in result.MissingImages) images = images.SetItem(missing.Key, Find(puller, missing));
            request = request with { Images = images };
        }
    }

    // What isn't in the store is taken for an image that nothing is known of: that's enough to judge a Dockerfile by.
    private static ResolvedImage Find(ImagePuller puller, ImageRequest wanted)
    {
        if (puller.FindLocal(wanted.Reference, wanted.Platform) is { } image) return new ResolvedImage(image.Id, image.Config);
        var config = new ImageConfig { Os = wanted.Platform.Os, Architecture = wanted.Platform.Architecture, Config = new ContainerConfig(), RootFs = new RootFs() };
        return new ResolvedImage(Digest.Sha256(System.Text.Encoding.UTF8.GetBytes(wanted.Key)), config) { IsKnown = false };
    }

    /// <summary>What is told about.</summary>
    private sealed record CallSubject(BuildArguments Arguments, DockerfileSource Source, ParseResult Parsed, NamedContextSet Named, BuilderStore Store);
}
