using System.Text.Json.Nodes;
using Builder.Cache;
using Builder.Cache.Images;
using Builder.Cli.Formatting;
using Builder.Cli.Hosting;
using Builder.Oci;

namespace Builder.Cli.Images;

/// <summary>Lists the images of the store.</summary>
internal sealed class ImagesCommand(CommandContext context)
{
    private const string DefaultFormat = "table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}";
    private const string RawFormat = "repository: {{.Repository}}\ntag: {{.Tag}}\nimage_id: {{.ID}}\ncreated_at: {{.CreatedAt}}\nvirtual_size: {{.Size}}\n";
    private const string DigestsFormat = "table {{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}";

    private static readonly Dictionary<string, string> Headings = new(StringComparer.Ordinal)
    {
        ["Repository"] = "REPOSITORY",
        ["Tag"] = "TAG",
        ["Digest"] = "DIGEST",
        ["ID"] = "IMAGE ID",
        ["CreatedSince"] = "CREATED",
        ["CreatedAt"] = "CREATED AT",
        ["Size"] = "SIZE",
        ["SharedSize"] = "SHARED SIZE",
        ["UniqueSize"] = "UNIQUE SIZE",
        ["VirtualSize"] = "SIZE",
        ["Containers"] = "CONTAINERS",
    };

    /// <summary>Runs it.</summary>
    public ExitCode Run(ImagesArguments arguments)
    {
        using BuilderStore store = context.OpenStore();
        IReadOnlyList<ImageRow> rows = ImageFilter.Apply(store, arguments);
        if (arguments.Quiet && string.IsNullOrEmpty(arguments.Format))
        {
            foreach (ImageRow row in rows) context.Terminal.Out.Write(ImageLookup.ShownId(row.Image.Id, arguments.NoTruncation) + "\n");
            return ExitCode.Success;
        }

        string format = arguments.Format switch
        {
            null or "" or "table" => arguments.Digests ? DigestsFormat : DefaultFormat,
            "raw" => arguments.Quiet ? "image_id: {{.ID}}" : arguments.Digests ? RawFormat.Replace("image_id", "digest: {{.Digest}}\nimage_id", StringComparison.Ordinal) : RawFormat,
            { } other => other,
        };
        DateTimeOffset now = context.Time.GetUtcNow();
        new RowWriter(Headings).Write(context.Terminal.Out, format, rows.Select(r => Fields(r, arguments.NoTruncation, now)));
        return ExitCode.Success;
    }

    private static JsonObject Fields(ImageRow row, bool noTruncation, DateTimeOffset now) => new()
    {
        ["Containers"] = Timestamps.Unknown,
        ["CreatedAt"] = Timestamps.At(row.Image.Config.Created),
        ["CreatedSince"] = Timestamps.Since(row.Image.Config.Created, now),
        ["Digest"] = row.Digest?.ToString() ?? ImageLookup.None,
        ["ID"] = ImageLookup.ShownId(row.Image.Id, noTruncation),
        ["Repository"] = row.Name?.FamiliarRepository ?? ImageLookup.None,
        ["SharedSize"] = Timestamps.Unknown,
        ["Size"] = HumanSize.Format(row.Image.Size),
        ["Tag"] = row.Name?.Tag ?? ImageLookup.None,
        ["UniqueSize"] = Timestamps.Unknown,
        ["VirtualSize"] = HumanSize.Format(row.Image.Size),
    };
}

/// <summary>An image under one of its names.</summary>
/// <param name="Image">The image.</param>
/// <param name="Name">Null when it has none.</param>
/// <param name="Digest">That of its manifest in a registry, or null when it isn't known or asked for.</param>
internal sealed record ImageRow(StoredImage Image, ImageReference? Name, Digest? Digest = null);
