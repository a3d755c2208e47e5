using System.CommandLine;
using Builder.Cache;
using Builder.Cache.Images;
using Builder.Cache.Layers;
using Builder.Cli.CommandLine;
using Builder.Cli.Hosting;
using Builder.Oci;
using Builder.Oci.Archives;

namespace Builder.Cli.Images;

/// <summary>Takes the images of an archive into the store.</summary>
internal sealed class LoadCommand(CommandContext context)
{
    /// <summary>Runs it.</summary>
    /// <param name="input">A path, or null for standard input.</param>
    /// <param name="platform">Which image of an index; null for this machine's.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<ExitCode> RunAsync(string? input, Platform? platform, CancellationToken cancellationToken)
    {
        if (input is null && context.Terminal.InputIsTerminal)
            throw new CommandException("requested load from standard input, but it is a terminal", hint: "name a file with -i");
        using BuilderStore store = context.OpenStore();
        await using Stream archive = input is null ? context.Terminal.Input : InputFile.Open(context.Environment.FullPath(input), input);
        var reader = new ImageArchiveReader(SystemCodecs.Layers);
        IReadOnlyList<LoadedImage> images = await reader.ReadAsync(archive, new BlobSink(store.Blobs), platform ?? Platform.Current, cancellationToken);
        foreach (LoadedImage loaded in images)
        {
            StoredImage image = store.Images.Put(
                loaded.ConfigBytes.Span, [.. loaded.Layers.Select(l => new LayerBlob(l.DiffId, l.Blob.Digest, l.Blob.Size, l.Blob.MediaType))]);
            if (platform is not null && PlatformImages.Find([image], platform) is null)
                throw PlatformImages.Missing(loaded.Names.Count > 0 ? loaded.Names[0].FamiliarName : image.Id.ToString(), platform, [image]);
            foreach (ImageReference name in loaded.Names)
            {
                store.Images.Tag(name, image.Id);
                context.Terminal.Out.Write($"Loaded image: {name.FamiliarName}\n");
            }

            if (loaded.Names.Count == 0) context.Terminal.Out.Write($"Loaded image ID: {image.Id}\n");
        }

        return ExitCode.Success;
    }
}

/// <summary>The flags of <c>load</c>.</summary>
internal sealed class LoadGrammar : CommandGrammar
{
    private readonly Option<string?> _input = Flags.Text("--input", "Read from a file instead of standard input", "-i");
    private readonly Option<bool> _quiet = Flags.Switch("--quiet", "Show no progress (there is none)", "-q");
    private readonly Option<string[]> _platforms = Flags.Many("--platform", "Which image of an index (default: this machine's)");

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        command.Add(_input);
        command.Add(_quiet);
        command.Add(_platforms);
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        Platform? platform = Builds.PlatformCheck.OfImage(parsed.GetValue(_platforms)!);
        string? input = parsed.GetValue(_input);
        return new BoundCommand((context, cancellationToken) => new LoadCommand(context).RunAsync(input, platform, cancellationToken));
    }
}
