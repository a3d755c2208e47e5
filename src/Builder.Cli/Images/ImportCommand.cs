using System.CommandLine;
using Builder.Cache;
using Builder.Cache.Images;
using Builder.Cache.Layers;
using Builder.Cli.Builds;
using Builder.Cli.CommandLine;
using Builder.Cli.Hosting;
using Builder.Executor.Sources;
using Builder.Executor.Steps;
using Builder.Graph.Operations;
using Builder.Oci;
using Builder.Oci.Collections;
using Builder.Oci.Images;
using Builder.Oci.Json;

namespace Builder.Cli.Images;

/// <summary>Makes an image of one layer from a tar of files.</summary>
internal sealed class ImportCommand(CommandContext context)
{
    /// <summary>Runs it and prints the id.</summary>
    public async Task<ExitCode> RunAsync(ImportArguments arguments, CancellationToken cancellationToken)
    {
        ContainerConfig config = ConfigChanges.Apply(arguments.Changes);
        if (arguments.Source == "-" && context.Terminal.InputIsTerminal)
            throw new CommandException("requested import from standard input, but it is a terminal", hint: "name a file or redirect the input");
        using BuilderStore store = context.OpenStore();
        LayerBlob layer = await StoreLayerAsync(store, arguments.Source, cancellationToken);
        // Unpacking verifies the archive, and the first build or run needs it anyway.
        await store.Layers.UnpackAsync([layer], cancellationToken);
        string created = context.Time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ");
        var image = new ImageConfig
        {
            Created = created,
            Architecture = arguments.Platform.Architecture,
            Variant = arguments.Platform.Variant,
            Os = arguments.Platform.Os,
            Config = config,
            RootFs = new RootFs { DiffIds = [layer.DiffId] },
            History = [new HistoryEntry { Created = created, Comment = arguments.Message ?? $"Imported from {(IsUrl(arguments.Source) ? arguments.Source : "-")}" }],
        };
        StoredImage stored = store.Images.Put(OciJson.WriteConfig(image), [layer]);
        if (arguments.Name is { } name) store.Images.Tag(name, stored.Id);
        context.Terminal.Out.Write($"{stored.Id}\n");
        return ExitCode.Success;
    }

    private static bool IsUrl(string source) =>
        source.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || source.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    private async Task<Stream> DownloadAsync(BuilderStore store, string url, CancellationToken cancellationToken)
    {
        using var fetcher = new SourceFetcher(store, SourceSettingsReader.Read(context.Environment, StepOptions.Default) with { IsOffline = context.IsOffline }, context.Time);
        try
        {
            if (await fetcher.PinAsync(new HttpOperation(url, "archive"), static (_, _) => { }, cancellationToken) is HttpOperation pinned)
                return await fetcher.OpenAsync(pinned, static (_, _) => { }, cancellationToken);
            throw new InvalidOperationException("a URL is pinned to something else");
        }
        catch (SourceException e)
        {
            throw new CommandException(e.Message, hint: e.Hint, inner: e);
        }
    }

    private async Task<LayerBlob> StoreLayerAsync(BuilderStore store, string source, CancellationToken cancellationToken)
    {
        await using Stream input = source == "-" ? context.Terminal.Input
            : IsUrl(source) ? await DownloadAsync(store, source, cancellationToken)
            : InputFile.Open(context.Environment.FullPath(source), source);
        (Stream content, _) = await SystemCodecs.Layers.OpenAsync(input, cancellationToken);
        await using Stream tar = content;
        Digest digest = await store.Blobs.ImportAsync(tar, expectedDigest: null, expectedSize: null, cancellationToken);
        long size = store.Blobs.SizeOf(digest);
        return size > 0 ? new LayerBlob(digest, digest, size, MediaTypes.OciLayer) : throw new CommandException($"nothing to import: {source} is empty");
    }
}

/// <summary>What <c>import</c> was asked for.</summary>
/// <param name="Source">A path, a URL, or <c>-</c>.</param>
/// <param name="Name">Name of the image, or null.</param>
/// <param name="Changes">Instructions to apply to the config.</param>
/// <param name="Message">For the history, or null.</param>
internal sealed record ImportArguments(string Source, ImageReference? Name, EquatableArray<string> Changes, string? Message)
{
    /// <summary>What the image is for.</summary>
    public Platform Platform { get; init; } = Platform.Current;
}

/// <summary>The flags of <c>import</c>.</summary>
internal sealed class ImportGrammar : CommandGrammar
{
    private readonly Argument<string[]> _operands = Flags.Operands("FILE|URL|- [REPOSITORY[:TAG]]", "A tar of files, and the image's name", 1, 2);
    private readonly Option<string[]> _changes = Flags.Many("--change", "Apply a Dockerfile instruction to the image", "-c");
    private readonly Option<string?> _message = Flags.Text("--message", "Message for the image's history", "-m");
    private readonly Option<string[]> _platforms = Flags.Many("--platform", "What the image is for (default: this machine's)");

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        command.Add(_operands);
        command.Add(_changes);
        command.Add(_message);
        command.Add(_platforms);
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        string[] operands = parsed.GetValue(_operands)!;
        var arguments = new ImportArguments(
            operands[0], operands.Length > 1 ? ImageNames.ParseTag(operands[1]) : null, [.. parsed.GetValue(_changes)!], parsed.GetValue(_message))
        {
            Platform = PlatformCheck.OfImage(parsed.GetValue(_platforms)!) ?? Platform.Current,
        };
        return new BoundCommand((context, cancellationToken) => new ImportCommand(context).RunAsync(arguments, cancellationToken));
    }
}
