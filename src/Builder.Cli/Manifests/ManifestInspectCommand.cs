using System.CommandLine;
using System.Text.Json.Nodes;
using Builder.Cache;
using Builder.Cli.Builds;
using Builder.Cli.CommandLine;
using Builder.Cli.Formatting.Templates;
using Builder.Cli.Hosting;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Oci.Json;

namespace Builder.Cli.Manifests;

/// <summary>Shows the manifest or index that a name stands for: one that is being put together, else the registry's.</summary>
internal sealed class ManifestInspectCommand(CommandContext context)
{
    /// <summary>Runs it.</summary>
    /// <param name="name">The name.</param>
    /// <param name="verbose">With name and descriptor of each manifest.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<ExitCode> RunAsync(ImageReference name, bool verbose, CancellationToken cancellationToken)
    {
        using BuilderStore store = context.OpenStore();
        JsonNode? shown;
        if (store.Indexes.Find(name) is { } index)
        {
            shown = verbose ? await DescribeAllAsync(name, index, cancellationToken) : Parse(OciJson.WriteIndex(IndexEntry.Plain(index)));
        }
        else
        {
            RemoteDocument document = await context.Registry.Value.ReadManifestAsync(name, cancellationToken);
            shown = !verbose ? Parse(document.Bytes)
                : document.IsIndex ? await DescribeAllAsync(name, OciJson.ReadIndex(document.Bytes.Span), cancellationToken)
                : await DescribeAsync(name, (await new ManifestReader(context.Registry.Value).EntriesAsync(name, cancellationToken))[0], cancellationToken);
        }

        context.Terminal.Out.Write(TemplateValues.Json(shown, indented: true) + "\n");
        return ExitCode.Success;
    }

    private static JsonNode? Parse(ReadOnlyMemory<byte> json) => JsonNode.Parse(json.Span);

    private async Task<JsonArray> DescribeAllAsync(ImageReference name, ImageIndex index, CancellationToken cancellationToken)
    {
        var all = new JsonArray();
        foreach (Descriptor entry in index.Manifests) all.Add((JsonNode)await DescribeAsync(IndexEntry.SourceOf(entry) ?? name, entry, cancellationToken));
        return all;
    }

    private async Task<JsonObject> DescribeAsync(ImageReference source, Descriptor entry, CancellationToken cancellationToken)
    {
        ImageReference reference = source.WithDigest(entry.Digest);
        RemoteDocument document = await context.Registry.Value.ReadManifestAsync(reference, cancellationToken);
        var descriptor = new JsonObject { ["mediaType"] = entry.MediaType, ["digest"] = entry.Digest.ToString(), ["size"] = entry.Size };
        if (entry.Platform is { } platform)
        {
            var shown = new JsonObject { ["architecture"] = platform.Architecture, ["os"] = platform.Os };
            if (platform.Variant is { } variant) shown["variant"] = variant;
            descriptor["platform"] = shown;
        }

        return new JsonObject
        {
            ["Ref"] = reference.ToString(),
            ["Descriptor"] = descriptor,
            [ManifestWriter.IsDockerType(entry.MediaType) ? "SchemaV2Manifest" : "OCIManifest"] = Parse(document.Bytes),
        };
    }
}

/// <summary>The flags of <c>manifest inspect</c>.</summary>
internal sealed class ManifestInspectGrammar : CommandGrammar
{
    private readonly Argument<string[]> _name = Flags.Operands("NAME", "A name of an image or index", 1, 1);
    private readonly Option<bool> _verbose = Flags.Switch("--verbose", "Show each manifest with its name and descriptor", "-v");
    private readonly Option<bool> _insecure = Flags.Switch("--insecure", "Without effect: registries.conf says which registries are insecure");

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        command.Add(_name);
        command.Add(_verbose);
        command.Add(_insecure);
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        ImageReference name = ImageNames.Parse(parsed.GetValue(_name)![0]);
        bool verbose = parsed.GetValue(_verbose);
        return new BoundCommand((context, cancellationToken) => new ManifestInspectCommand(context).RunAsync(name, verbose, cancellationToken));
    }
}
