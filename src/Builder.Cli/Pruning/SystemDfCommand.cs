using System.CommandLine;
using System.Text.Json.Nodes;
using Builder.Cache;
using Builder.Cache.Images;
using Builder.Cache.Usage;
using Builder.Cli.CommandLine;
using Builder.Cli.Containers;
using Builder.Cli.Formatting;
using Builder.Cli.Hosting;
using Builder.Oci;
using Builder.Runtime.Containers;

namespace Builder.Cli.Pruning;

/// <summary>Shows what takes how much room. The sizes together are what du(1) says of the store's directory.</summary>
internal sealed class SystemDfCommand(CommandContext context)
{
    private const string DefaultFormat = "table {{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}";

    private static readonly Dictionary<string, string> Headings = new(StringComparer.Ordinal)
    {
        ["Type"] = "TYPE",
        ["TotalCount"] = "TOTAL",
        ["Active"] = "ACTIVE",
        ["Size"] = "SIZE",
        ["Reclaimable"] = "RECLAIMABLE",
    };

    /// <summary>Runs it.</summary>
    /// <param name="format">Template or <c>json</c>, or null for the table.</param>
    /// <param name="verbose">Everything one by one.</param>
    public ExitCode Run(string? format, bool verbose)
    {
        using BuilderStore store = context.OpenStore();
        var containers = new ContainerStore(store.Root, TreeRemoval.Remove);
        IReadOnlyList<ContainerRecord> all = containers.List();
        StoreUsage usage = store.Usage.Read();
        IReadOnlyList<(StoredImage Image, IReadOnlyList<ImageReference> Names)> images = store.Images.List();
        if (verbose && format is null)
        {
            new SystemDfDetails(context.Terminal.Out, context.Time.GetUtcNow()).Write(usage, images, all, containers);
            return ExitCode.Success;
        }

        HashSet<Digest> active = [.. all.Select(c => Digest.TryParse(c.ImageId, out Digest id) ? id : default)];
        HashSet<Digest> needed = [.. images.Where(i => active.Contains(i.Image.Id)).SelectMany(i => BlobsOf(i.Image))];
        List<ContainerRecord> stopped = [.. all.Where(c => !containers.IsRunning(c.Id))];
        JsonObject[] rows =
        [
            Row("Images", images.Count, images.Count(i => active.Contains(i.Image.Id)), usage.Images, usage.BlobSizes.Where(b => !needed.Contains(b.Key)).Sum(b => b.Value), percent: true),
            Row("Containers", all.Count, all.Count - stopped.Count, usage.Containers, stopped.Sum(c => StorePruner.Measure(containers.DirectoryOf(c.Id))), percent: true),
            Row("Local Volumes", 0, 0, 0, 0, percent: false),
            Row("Build Cache", usage.Items.Count, usage.Items.Count(i => i.IsInUse), usage.Cache, usage.Items.Where(i => !i.IsInUse).Sum(i => i.Size), percent: false),
        ];
        new RowWriter(Headings).Write(context.Terminal.Out, format is null or "table" ? DefaultFormat : format, rows);
        return ExitCode.Success;
    }

    /// <summary>The blobs of an image, each once.</summary>
    public static IEnumerable<Digest> BlobsOf(StoredImage image) => image.Layers.Select(l => l.BlobDigest).Append(image.Id).Distinct();

    private static JsonObject Row(string type, int total, int active, long size, long reclaimable, bool percent)
    {
        string share = percent && size > 0 ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $" ({reclaimable * 100 / size}%)") : "";
        return new JsonObject
        {
            ["Type"] = type,
            ["TotalCount"] = total.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Active"] = active.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Size"] = HumanSize.Format(size),
            ["Reclaimable"] = HumanSize.Format(reclaimable) + share,
        };
    }
}

/// <summary>The flags of <c>system df</c>.</summary>
internal sealed class SystemDfGrammar : CommandGrammar
{
    private readonly Option<string?> _format = Flags.Text("--format", "Print with a template, or as json");
    private readonly Option<bool> _verbose = Flags.Switch("--verbose", "Show everything one by one", "-v");

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        command.Add(_format);
        command.Add(_verbose);
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        string? format = parsed.GetValue(_format);
        bool verbose = parsed.GetValue(_verbose);
        return new BoundCommand((context, _) => Task.FromResult(new SystemDfCommand(context).Run(format, verbose)));
    }
}
