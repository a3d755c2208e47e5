using System.CommandLine;
using Builder.Cache;
using Builder.Cache.Images;
using Builder.Cli.CommandLine;
using Builder.Cli.Exporting;
using Builder.Cli.Hosting;
using Builder.Oci;
using Builder.Oci.Archives;
using Builder.Oci.Collections;
using Builder.Oci.Json;

namespace Builder.Cli.Images;

/// <summary>Writes images into an archive for <c>load</c>.</summary>
internal sealed class SaveCommand(CommandContext context)
{
    /// <summary>Runs it.</summary>
    /// <param name="images">Names, repositories (all their names) or ids.</param>
    /// <param name="output">A path, or null for standard output.</param>
    /// <param name="platform">Which image of a name that stands for several; null for this machine's.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<ExitCode> RunAsync(EquatableArray<string> images, string? output, Platform? platform, CancellationToken cancellationToken)
    {
        if (output is null && context.Terminal.OutputIsTerminal)
            throw new CommandException("cowardly refusing to save to a terminal", hint: "use the -o flag or redirect the output");
        using BuilderStore store = context.OpenStore();
        var chosen = new List<(StoredImage Image, List<ImageReference> Names)>();
        foreach (string typed in images) Choose(store, typed, platform, chosen);
        var writer = new StoredImages(store);
        var archived = new List<ArchiveImage>();
        foreach ((StoredImage image, List<ImageReference> names) in chosen)
        {
            byte[] config = await ReadConfigAsync(store, image.Id, cancellationToken);
            archived.Add(await writer.ForArchiveAsync(config, image.Layers, [.. names], ImageArchiveFormat.Docker, cancellationToken));
        }

        await OutputFile.WriteAsync(
            output ?? "-", context, stream => ImageArchiveWriter.WriteAsync(stream, archived, ImageArchiveFormat.Docker, cancellationToken));
        return ExitCode.Success;
    }

    private static void Choose(BuilderStore store, string typed, Platform? platform, List<(StoredImage Image, List<ImageReference> Names)> chosen)
    {
        if (ImageReference.TryParse(typed, out ImageReference? reference))
        {
            // A name without a tag means every tag, as with docker.
            bool wholeRepository = reference.Digest is null && !typed.EndsWith(":" + reference.Tag, StringComparison.Ordinal);
            ImageReference[] names =
            [
                .. store.Images.List().SelectMany(i => i.Names).Distinct()
                    .Where(n => wholeRepository ? n.Repository == reference.Repository && n.Tag is not null : n == reference.ToKey()),
            ];
            foreach (ImageReference name in names)
            {
                IReadOnlyList<StoredImage> all = store.Images.FindAll(name);
                StoredImage image = PlatformImages.Of(store, name, platform ?? (all.Count > 1 && PlatformImages.Find(all, Platform.Current) is not null ? Platform.Current : null))[0];
                Add(chosen, image, name.Tag is null ? null : name);
            }

            if (names.Length > 0) return;
        }

        StoredImage byId = ImageLookup.Require(store, typed);
        if (platform is not null && PlatformImages.Find([byId], platform) is null) throw PlatformImages.Missing(typed, platform, [byId]);
        Add(chosen, byId, null);
    }

    private static void Add(List<(StoredImage Image, List<ImageReference> Names)> chosen, StoredImage image, ImageReference? name)
    {
        int index = chosen.FindIndex(c => c.Image.Id == image.Id);
        if (index < 0)
        {
            chosen.Add((image, []));
            index = chosen.Count - 1;
        }

        if (name is not null && !chosen[index].Names.Contains(name)) chosen[index].Names.Add(name);
    }

    private static async Task<byte[]> ReadConfigAsync(BuilderStore store, Digest id, CancellationToken cancellationToken)
    {
        await using Stream stream = store.Blobs.OpenRead(id);
        if (stream.Length > OciJson.MaxDocumentSize) throw new StoreException($"the config of {id} is larger than {OciJson.MaxDocumentSize} bytes");
        byte[] config = new byte[stream.Length];
        await stream.ReadExactlyAsync(config, cancellationToken);
        return config;
    }
}

/// <summary>The flags of <c>save</c>.</summary>
internal sealed class SaveGrammar : CommandGrammar
{
    private readonly Argument<string[]> _images = Flags.Operands("IMAGE", "Names or ids of images", 1);
    private readonly Option<string?> _output = Flags.Text("--output", "Write to a file instead of standard output", "-o");
    private readonly Option<string[]> _platforms = Flags.Many("--platform", "Which image of a name that stands for several (default: this machine's)");

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        command.Add(_images);
        command.Add(_output);
        command.Add(_platforms);
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        Platform? platform = Builds.PlatformCheck.OfImage(parsed.GetValue(_platforms)!);
        EquatableArray<string> images = [.. parsed.GetValue(_images)!];
        string? output = parsed.GetValue(_output);
        return new BoundCommand((context, cancellationToken) => new SaveCommand(context).RunAsync(images, output, platform, cancellationToken));
    }
}
