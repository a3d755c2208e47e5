using System.Collections.Immutable;
using System.Diagnostics;
using Builder.Cli.Hosting;
using Builder.Executor;
using Builder.Executor.Tracing;
using Builder.Graph.Checks;
using Builder.Graph.Lowering;
using Builder.Graph.Operations;
using Builder.Graph.Sources;
using Builder.Oci;
using Builder.Parser;
using Builder.Parser.Diagnostics;

namespace Builder.Cli.Builds;

/// <summary>From a parsed Dockerfile to a graph and to how it is executed.</summary>
internal sealed class BuildPlanner(CommandContext context)
{
    private const string ContextName = "context";

    /// <summary>What lowering is told before it has asked for anything.</summary>
    public static LoweringRequest Request(BuildArguments arguments, DockerfileSource source, ParseResult parsed, NamedContextSet named) =>
        BuildRequest.Of(arguments, parsed, new CheckOptions { IsIgnored = IgnoredPaths.Of(source) }) with
        {
            BuildContext = source.RemoteContext ?? new ContextOperation(ContextName),
            NamedContexts = named.Contexts,
            Images = named.Images,
        };

    /// <summary>Lowers in passes, each of which tells which images it needs to go on.</summary>
    /// <param name="session">The build.</param>
    /// <param name="resolve">Finds an image; null when it can't be had here.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Null when an image can't be had here.</returns>
    public static async Task<LoweringResult?> LowerAsync(
        BuildSession session, Func<ImageRequest, CancellationToken, Task<ResolvedImage?>> resolve, CancellationToken cancellationToken)
    {
        using Activity? phase = Phases.Begin("graph");
        LoweringRequest request = Request(session.Arguments, session.Source, session.Parsed, session.NamedContexts);
        while (true)
        {
            LoweringResult result = DockerfileLowering.Lower(request, cancellationToken);
            if (result.MissingImages.Count == 0 || result.Diagnostics.Any(d => d.Severity == Severity.Error)) return result;
            ImmutableDictionary<string, ResolvedImage> images = request.Images;
            foreach (ImageRequest missing in result.MissingImages)
            {
                if (await resolve(missing, cancellationToken) is not { } image) return null;
                images = images.SetItem(missing.Key, image);
            }

            if (images.Count == request.Images.Count) throw new InvalidOperationException("lowering asks for images it was given");
            request = request with { Images = images };
        }
    }

    /// <summary>Lowers for each platform that is asked for.</summary>
    /// <param name="session">The build.</param>
    /// <param name="contexts">Finds what named contexts are for a platform.</param>
    /// <param name="resolve">Finds an image; null when it can't be had here.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Null when an image can't be had here.</returns>
    public static async Task<LoweredPlatforms?> LowerAllAsync(
        BuildSession session,
        Func<Platform, CancellationToken, Task<NamedContextSet>> contexts,
        Func<ImageRequest, CancellationToken, Task<ResolvedImage?>> resolve,
        CancellationToken cancellationToken)
    {
        var lowered = new List<(Platform, LoweringResult)>();
        foreach (Platform? wanted in session.Arguments.Platforms.Count == 0 ? (IEnumerable<Platform?>)[null] : session.Arguments.Platforms)
        {
            Platform platform = wanted ?? Platform.Current;
            BuildSession each = session with { Arguments = session.Arguments with { Platform = wanted } };
            if (session.Arguments.Platforms.Count > 1) each = each with { NamedContexts = await contexts(platform, cancellationToken) };
            if (await LowerAsync(each, resolve, cancellationToken) is not { } result) return null;
            lowered.Add((platform, result));
            if (result.Build is null) break;
        }

        return new LoweredPlatforms(lowered);
    }

    /// <summary>Builds of one Dockerfile and one context are compared with each other.</summary>
    public string ProjectOf(BuildSession session)
    {
        BuildArguments arguments = session.Arguments;
        string place = session.Source.ContextDirectory ?? (arguments.Context == "-" ? "standard input" : UrlText.Redacted(arguments.Context));
        if (arguments.File is null or "-") return place;
        return $"{place} with {(session.Source.RemoteContext is null ? context.Environment.FullPath(arguments.File) : arguments.File)}";
    }

    /// <summary>How the graph is executed.</summary>
    public ExecutionOptions Options(BuildSession session)
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
            Attestations = ProvenanceParameters.Of(session),
            InlineCache = session.Arguments.Caches.Inline,
            Project = ProjectOf(session),
            ContextModes = session.Arguments.ContextModes,
        };
        return session.Arguments.Jobs is { } jobs ? options with { Jobs = jobs } : options;
    }
}
