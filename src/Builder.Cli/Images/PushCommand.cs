using System.CommandLine;
using Builder.Cache;
using Builder.Cache.Images;
using Builder.Cli.Builds;
using Builder.Cli.CommandLine;
using Builder.Cli.Hosting;
using Builder.Cli.Transfers;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Oci.Json;

namespace Builder.Cli.Images;

/// <summary>Sends an image to its registry.</summary>
internal sealed class PushCommand(CommandContext context)
{
    /// <summary>Runs it.</summary>
    /// <param name="typed">A name.</param>
    /// <param name="allTags">Every tag of the repository.</param>
    /// <param name="quiet">Print the names only.</param>
    /// <param name="options">In which form.</param>
    /// <param name="platform">Only the image of this platform, or null.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<ExitCode> RunAsync(string typed, bool allTags, bool quiet, PushOptions options, Platform? platform, CancellationToken cancellationToken)
    {
        ImageReference reference = ImageNames.Parse(typed);
        bool hasDefaultTag = ImageNames.HasDefaultTag(typed, reference);
        if (allTags && !hasDefaultTag) throw new CommandException("tag can't be used with --all-tags/-a");
        if (reference.Digest is not null) throw new CommandException("cannot push a digest reference");
        using BuilderStore store = context.OpenStore();
        using TransferReporting display = TransferDisplay.Create(context, quiet);
        if (hasDefaultTag && !allTags) display.Line($"Using default tag: {reference.Tag}");
        display.Line($"The push refers to repository [{reference.Repository}]");
        List<ImageReference> chosen = Choose(store, reference, allTags);
        foreach (ImageReference name in chosen.Where(_ => platform is not null)) PlatformImages.Of(store, name, platform);
        var pusher = new ImagePusher(store, context.Registry, display);
        foreach (ImageReference name in chosen)
        {
            IReadOnlyList<StoredImage> images = PlatformImages.Of(store, name, platform);
            if (images.Count == 1) AnnotationFlags.RequireNoIndex(options.Annotations);
            var pushed = new List<PushedPlatform>();
            foreach (StoredImage image in images) pushed.Add(new PushedPlatform(image.Platform, await ReadConfigAsync(store, image, cancellationToken), image.Layers));
            Descriptor manifest = await pusher.PushAsync([.. pushed], [name], options, cancellationToken);
            store.Images.Tag(name.WithDigest(manifest.Digest), [.. images.Select(image => image.Id)]);
            display.Line($"{name.Tag}: digest: {manifest.Digest} size: {manifest.Size}");
            if (quiet) context.Terminal.Out.Write(name + "\n");
        }

        return ExitCode.Success;
    }

    private static List<ImageReference> Choose(BuilderStore store, ImageReference reference, bool allTags)
    {
        if (!allTags)
        {
            if (store.Images.Find(reference) is null)
                throw new CommandException($"An image does not exist locally with the tag: {reference.FamiliarRepository}", hint: $"give it the name with: builder tag IMAGE {reference.FamiliarName}");
            return [reference];
        }

        List<ImageReference> all =
        [
            .. store.Images.List().SelectMany(i => i.Names).Where(n => n.Repository == reference.Repository && n.Tag is not null && n.Digest is null)
                .Distinct().OrderBy(n => n.Tag, StringComparer.Ordinal),
        ];
        return all.Count > 0 ? all : throw new CommandException($"An image does not exist locally with the tag: {reference.FamiliarRepository}");
    }

    private static async Task<byte[]> ReadConfigAsync(BuilderStore store, StoredImage image, CancellationToken cancellationToken)
    {
        await using Stream stream = store.Blobs.OpenRead(image.Id);
        if (stream.Length > OciJson.MaxDocumentSize) throw new StoreException($"the config of {image.Id} is larger than {OciJson.MaxDocumentSize} bytes");
        byte[] config = new byte[stream.Length];
        await stream.ReadExactlyAsync(config, cancellationToken);
        return config;
    }
}

/// <summary>The flags of <c>push</c>: docker's, and podman's for the form.</summary>
internal sealed class PushGrammar : CommandGrammar
{
    private readonly Argument<string[]> _name = Flags.Operands("NAME[:TAG]", "The image", 1, 1);
    private readonly Option<bool> _allTags = Flags.Switch("--all-tags", "Push all tags of the repository", "-a");
    private readonly Option<bool> _quiet = Flags.Switch("--quiet", "Print the name only", "-q");
    private readonly Option<string?> _compression = Flags.Text("--compression-format", "Compression of layers: gzip, zstd or uncompressed");
    private readonly Option<string?> _level = Flags.Text("--compression-level", "Compression level", valueName: "number");
    private readonly Option<bool> _force = Flags.Switch("--force-compression", "Compress again what is compressed in another way");
    private readonly Option<string?> _format = Flags.Text("--format", "Form of the manifest: oci or v2s2");
    private readonly Option<string[]> _annotations = Flags.Many("--annotation", "Annotation of the manifest (key=value)");
    private readonly Option<string?> _platform = Flags.Text("--platform", "Push the image of this platform only, of a name that stands for several");
    private readonly Option<bool> _contentTrust = Flags.Switch("--disable-content-trust", "Ignored: nothing is signed");

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        command.Add(_name);
        _contentTrust.Hidden = true;
        foreach (Option option in new Option[] { _allTags, _quiet, _compression, _level, _force, _format, _annotations, _platform, _contentTrust }) command.Add(option);
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        string name = parsed.GetValue(_name)![0];
        (bool allTags, bool quiet) = (parsed.GetValue(_allTags), parsed.GetValue(_quiet));
        Platform? platform = parsed.GetValue(_platform) is { } wanted ? PlatformCheck.Parse(wanted) : null;
        var options = new PushOptions
        {
            Compression = CompressionFlags.Parse(parsed.GetValue(_compression), parsed.GetValue(_level), parsed.GetValue(_force), "--compression-format", "--compression-level"),
            OciMediaTypes = parsed.GetValue(_format) switch
            {
                null => null,
                "oci" => true,
                "v2s2" or "docker" => false,
                string other => throw CommandException.Usage($"invalid --format \"{other}\": expected oci or v2s2"),
            },
            Annotations = AnnotationFlags.Parse(parsed.GetValue(_annotations)!),
        };
        return new BoundCommand((context, cancellationToken) => new PushCommand(context).RunAsync(name, allTags, quiet, options, platform, cancellationToken));
    }
}
