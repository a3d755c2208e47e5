using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Builder.Cli.Builds.Caches;
using Builder.Cli.Builds.Calls;
using Builder.Cli.CommandLine;
using Builder.Cli.Hosting;
using Builder.Cli.Rendering;
using Builder.Cli.Terminals;
using Builder.Cli.Tracing;
using Builder.Cli.Transfers;
using Builder.Executor;
using Builder.Executor.Attestations;
using Builder.Graph.Operations;
using Builder.Oci;
using Builder.Oci.Collections;

namespace Builder.Cli.Builds;

/// <summary>The flags of <c>build</c>.</summary>
internal sealed class BuildGrammar(Terminal terminal) : CommandGrammar
{
    private const string MultiPlatformArgument = "BUILDKIT_MULTI_PLATFORM";

    private readonly Argument<string[]> _context = Flags.Operands("PATH", "Build context: a directory, a URL of a git repository or archive, or - for an archive or Dockerfile on standard input", 1, 1);
    private readonly Option<string?> _file = Flags.Text("--file", "Name or URL of the Dockerfile, or - for standard input (default: PATH/Dockerfile)", "-f");
    private readonly Option<string[]> _tags = Flags.Many("--tag", "Name and optionally a tag (name:tag)", "-t");
    private readonly Option<string?> _target = Flags.Text("--target", "Stage to build");
    private readonly Option<string[]> _buildArgs = Flags.Many("--build-arg", "Set a build-time variable");
    private readonly Option<string[]> _contexts = Flags.Many("--build-context", "Add a named context (name=path, URL, docker-image:// or oci-layout://)");
    private readonly Option<string[]> _labels = Flags.Many("--label", "Set metadata of the image");
    private readonly Option<bool> _noCache = Flags.Switch("--no-cache", "Do not use the cache");
    private readonly Option<bool> _explain = Flags.Switch("--explain", "Tell at the end why steps were executed and not found in the cache");
    private readonly Option<bool> _expectCached = Flags.Switch("--expect-cached", "Fail when a step has to be executed");
    private readonly Option<bool> _verifyReproducible = Flags.Switch("--verify-reproducible", "Build twice without the cache and name the first file that differs");
    private readonly Option<string?> _contextModes =
        Flags.Text("--context-modes", "File modes in the context: keep them, or git: 0755 or 0644, whatever the checkout's umask", valueName: "keep|git");
    private readonly Option<bool> _pull = Flags.Switch("--pull", "Always ask the registry for base images");
    private readonly Option<string[]> _outputs = Flags.Many("--output", "Where the result goes (type=docker|oci|tar|local|image|registry,dest=path)", "-o");
    private readonly Option<bool> _load = Flags.Switch("--load", "Keep the image in the local store, whatever --output says");
    private readonly Option<bool> _push = Flags.Switch("--push", "Send the image to the registry of its name");
    private readonly Option<string?> _metadataFile = Flags.Text("--metadata-file", "Write what became of the build to a file, as JSON");
    private readonly Option<string?> _trace = Flags.Text("--trace", "Write where the time went to a file, in Chrome's trace format", valueName: "file");
    private readonly Option<string[]> _annotations = Flags.Many("--annotation", "Annotation of the image's manifest or index ([TYPE:]key=value)");
    private readonly Option<string?> _iidFile = Flags.Text("--iidfile", "Write the image id to a file");
    private readonly Option<string?> _progress = Flags.Text("--progress", "How progress is shown: auto, plain, tty, quiet or none");
    private readonly Option<bool> _quiet = Flags.Switch("--quiet", "Print nothing but the image id", "-q");
    private readonly Option<string?> _network = Flags.Text("--network", "Network of RUN instructions: default, none or host");
    private readonly Option<string[]> _hosts = Flags.Many("--add-host", "Add a line to /etc/hosts of RUN instructions (host:ip)");
    private readonly Option<string?> _jobs = Flags.Text("--jobs", "How many instructions may run at once", valueName: "number");
    private readonly Option<string[]> _platforms = Flags.Many("--platform", "Platforms to build for, one or several (default: this machine's)");
    private readonly Option<string?> _printGraph = OptionalText("--print-graph", "Print what would be done, as text or dot, and stop", "text|dot");
    private readonly Option<string?> _squash = OptionalText("--squash", "Make one layer of those the build made (new), or of the whole image (all)", "new|all");
    private readonly Option<string?> _call = Flags.Text(
        "--call", "Build, or tell about the Dockerfile: build, check, outline, targets or subrequests.describe, with ,format=json or ,format=sarif", valueName: "method");
    private readonly Option<bool> _check = Flags.Switch("--check", "Check the Dockerfile and build nothing (--call=check)");
    private readonly StepFlags _steps = new();
    private readonly CacheFlags _caches = new();
    private readonly AttestationFlags _attestations = new();
    private readonly BuildFlagsWithoutEffect _withoutEffect = new();

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        command.Add(_context);
        foreach (Option option in new Option[]
        {
            _file, _tags, _target, _buildArgs, _contexts, _labels, _noCache, _explain, _expectCached, _verifyReproducible, _contextModes, _pull, _outputs, _load, _push,
            _metadataFile, _trace, _annotations, _iidFile, _progress, _quiet, _network, _hosts, _jobs, _platforms, _printGraph, _squash, _call, _check,
        })
        {
            command.Add(option);
        }

        _attestations.Declare(command);
        _caches.Declare(command);
        _steps.Declare(command);
        _withoutEffect.Declare(command);
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        BuildArguments arguments = Read(parsed, environment);
        if (arguments.Call.Kind != CallKind.Build)
        {
            return new BoundCommand((context, cancellationToken) => new CallCommand(context, new DiagnosticReport(context)).RunAsync(arguments, cancellationToken))
            {
                NeedsSession = CallCommand.NeedsSession(arguments, environment),
            };
        }

        return new BoundCommand(async (context, cancellationToken) =>
            (await TracedBuild.RunAsync(arguments, context, async () => await BuildCommand.Create(context).RunAsync(arguments, cancellationToken)))!.Value)
        {
            RunOutside = (context, cancellationToken) =>
                TracedBuild.RunAsync(arguments, context, () => CachedBuild.Create(context).RunAsync(arguments, cancellationToken)),
        };
    }

    /// <summary>The arguments record of a parsed command line.</summary>
    internal BuildArguments Read(ParseResult parsed, HostEnvironment environment)
    {
        ImmutableSortedDictionary<string, string> buildArgs =
            SourceDateEpoch.AddTo(KeyValues.Variables(parsed.GetValue(_buildArgs)!, environment, "--build-arg"), environment);
        IReadOnlyList<Platform> platforms = WantedPlatforms(parsed.GetValue(_platforms)!, environment);
        CacheArguments caches = _caches.Read(parsed, buildArgs);
        var vain = new List<string>();
        AttestationRequest? attestations = _attestations.Read(parsed, vain);
        SandboxHostname.Check(buildArgs);
        return new BuildArguments
        {
            Caches = caches,
            Context = parsed.GetValue(_context)![0],
            File = parsed.GetValue(_file),
            Tags = [.. parsed.GetValue(_tags)!.Select(ImageNames.ParseTagFlag)],
            Target = parsed.GetValue(_target),
            Platform = platforms is [Platform only] ? only : null,
            Platforms = [.. platforms],
            MakesIndex = platforms.Count > 1 || attestations is not null || MultiPlatform(buildArgs),
            Attestations = attestations,
            BuildArgs = buildArgs,
            Epoch = SourceDateEpoch.Of(buildArgs),
            BuildContexts = [.. parsed.GetValue(_contexts)!.Select(NamedContextText.Parse)],
            Labels = KeyValues.Labels(parsed.GetValue(_labels)!),
            NoCache = parsed.GetValue(_noCache),
            NoCacheStages = _steps.NoCacheStages(parsed),
            Steps = _steps.Read(parsed, environment),
            Entitlements = [.. _steps.Entitlements(parsed)],
            Explain = parsed.GetValue(_explain),
            ExpectCached = parsed.GetValue(_expectCached),
            VerifyReproducible = parsed.GetValue(_verifyReproducible),
            ContextModes = Modes(parsed.GetValue(_contextModes)),
            Pull = parsed.GetValue(_pull),
            Outputs = Outputs(parsed),
            MetadataFile = parsed.GetValue(_metadataFile),
            Trace = parsed.GetValue(_trace),
            Annotations = AnnotationFlags.Parse(parsed.GetValue(_annotations)!),
            IidFile = parsed.GetValue(_iidFile),
            Progress = Progress(parsed, environment),
            Network = Network(parsed.GetValue(_network)),
            ExtraHosts = [.. parsed.GetValue(_hosts)!.Select(KeyValues.Host)],
            Jobs = Jobs(parsed.GetValue(_jobs)),
            Squash = parsed.GetResult(_squash) is null ? SquashScope.None : Squash(parsed.GetValue(_squash)),
            PrintGraph = parsed.GetResult(_printGraph) is null ? null : Graph(parsed.GetValue(_printGraph)),
            Call = parsed.GetValue(_call) is { } call ? CallSpec.Parse(call) : parsed.GetValue(_check) ? CallSpec.Check : CallSpec.Build,
            Warnings = [.. _withoutEffect.Warnings(parsed), .. caches.Warnings, .. vain],
        };
    }

    private static Option<string?> OptionalText(string name, string description, string values) =>
        new(name)
        {
            Description = description,
            Arity = new ArgumentArity(0, 1),
            HelpName = values,
            CustomParser = static result => result.Tokens.Count == 0 ? null : result.Tokens[^1].Value,
        };

    private static IReadOnlyList<Platform> WantedPlatforms(IEnumerable<string> values, HostEnvironment environment)
    {
        string[] wanted = [.. values.SelectMany(v => v.Split(',', StringSplitOptions.TrimEntries))];
        if (wanted.Length == 0 && environment.Variable("DOCKER_DEFAULT_PLATFORM") is { } preset) wanted = [preset];
        return PlatformCheck.OfBuild(wanted);
    }

    // Go's words for yes and no, as with BuildKit.
    private static bool MultiPlatform(ImmutableSortedDictionary<string, string> buildArgs) => buildArgs.GetValueOrDefault(MultiPlatformArgument) switch
    {
        null or "" or "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        string other => throw CommandException.Usage($"invalid boolean value for build-arg {MultiPlatformArgument}: {other}", "say 1 or 0"),
    };

    private static SquashScope Squash(string? value) => value switch
    {
        null or "" or "new" or "true" => SquashScope.New,
        "all" => SquashScope.All,
        "false" => SquashScope.None,
        _ => throw CommandException.Usage($"invalid --squash \"{value}\"", "say new, for the layers of the build, or all, for those of its base image too"),
    };

    private static GraphFormat Graph(string? value) => value switch
    {
        null or "" or "text" => GraphFormat.Text,
        "dot" => GraphFormat.Dot,
        _ => throw CommandException.Usage($"invalid --print-graph \"{value}\": expected text or dot"),
    };

    private static NetworkMode Network(string? value) => value switch
    {
        null or "" or "default" => NetworkMode.Default,
        "none" => NetworkMode.None,
        "host" => NetworkMode.Host,
        _ => throw CommandException.Usage($"network mode \"{value}\" is not supported", "use default, none or host"),
    };

    private static ContextModes Modes(string? value) => value switch
    {
        null or "" or "keep" => ContextModes.Keep,
        "git" => ContextModes.Git,
        _ => throw CommandException.Usage($"invalid --context-modes \"{value}\": expected keep or git"),
    };

    private static int? Jobs(string? value) => value switch
    {
        null => null,
        _ when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int jobs) && jobs > 0 => jobs,
        _ => throw CommandException.Usage($"invalid --jobs \"{value}\": expected a number from 1"),
    };

    private EquatableArray<OutputSpec> Outputs(ParseResult parsed)
    {
        List<OutputSpec> outputs = [.. parsed.GetValue(_outputs)!.Select(o => OutputParser.Parse(o, terminal.OutputIsTerminal))];
        if (outputs.Count > 0 && parsed.GetValue(_load) && !outputs.OfType<StoreOutput>().Any()) outputs.Add(new StoreOutput([]));
        if (parsed.GetValue(_push)) AddPush(outputs);
        bool manyToStandardOutput = outputs.Count(o => o is ArchiveOutput { Destination: "-" } or TarOutput { Destination: "-" }) > 1;
        if (manyToStandardOutput) throw CommandException.Usage("only one --output can go to standard output");
        return [.. outputs];
    }

    // As with buildx: what is said about an image output holds for the push as well.
    private static void AddPush(List<OutputSpec> outputs)
    {
        if (outputs.OfType<RegistryOutput>().Any()) return;
        StoreOutput? image = outputs.OfType<StoreOutput>().FirstOrDefault(output => output.Form is not null) ?? outputs.OfType<StoreOutput>().FirstOrDefault();
        outputs.Add(new RegistryOutput(image?.Names ?? [], image?.Form ?? new PushOptions()));
    }

    private ProgressMode Progress(ParseResult parsed, HostEnvironment environment)
    {
        if (parsed.GetValue(_quiet)) return ProgressMode.Quiet;
        string? value = parsed.GetValue(_progress) ?? environment.Variable("BUILDKIT_PROGRESS");
        return value switch
        {
            null or "" or "auto" => ProgressMode.Auto,
            "plain" => ProgressMode.Plain,
            "tty" when terminal.ErrorIsTerminal => ProgressMode.Tty,
            "tty" => throw CommandException.Usage("--progress=tty needs a terminal on standard error", "use --progress=plain"),
            "quiet" => ProgressMode.Quiet,
            "none" => ProgressMode.None,
            _ => throw CommandException.Usage($"invalid --progress \"{value}\": expected auto, plain, tty, quiet or none"),
        };
    }
}
