using System.CommandLine;
using System.Text.Json.Nodes;
using Builder.Cache;
using Builder.Cache.Images;
using Builder.Cli.CommandLine;
using Builder.Cli.Formatting;
using Builder.Cli.Hosting;
using Builder.Oci.Images;

namespace Builder.Cli.Images;

/// <summary>Shows how an image came about.</summary>
internal sealed class HistoryCommand(CommandContext context)
{
    private const string Missing = "<missing>";
    private const string DefaultFormat = "table {{.ID}}\t{{.CreatedSince}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}";
    private const int CreatedByLength = 45;

    private static readonly Dictionary<string, string> Headings = new(StringComparer.Ordinal)
    {
        ["ID"] = "IMAGE",
        ["CreatedSince"] = "CREATED",
        ["CreatedAt"] = "CREATED AT",
        ["CreatedBy"] = "CREATED BY",
        ["Size"] = "SIZE",
        ["Comment"] = "COMMENT",
    };

    /// <summary>Runs it.</summary>
    public ExitCode Run(HistoryArguments arguments)
    {
        using BuilderStore store = context.OpenStore();
        StoredImage image = ImageLookup.Require(store, arguments.Image);
        IReadOnlyList<JsonObject> rows = Rows(image, arguments, context.Time.GetUtcNow());
        if (arguments.Quiet && string.IsNullOrEmpty(arguments.Format))
        {
            foreach (JsonObject row in rows) context.Terminal.Out.Write(row["ID"]!.GetValue<string>() + "\n");
            return ExitCode.Success;
        }

        string format = arguments.Format is null or "" or "table"
            ? arguments.Human ? DefaultFormat : DefaultFormat.Replace("CreatedSince", "CreatedAt", StringComparison.Ordinal)
            : arguments.Format;
        new RowWriter(Headings).Write(context.Terminal.Out, format, rows);
        return ExitCode.Success;
    }

    private static List<JsonObject> Rows(StoredImage image, HistoryArguments arguments, DateTimeOffset now)
    {
        var rows = new List<JsonObject>();
        int layer = 0;
        foreach (HistoryEntry entry in image.Config.History)
        {
            long size = entry.EmptyLayer || layer >= image.Layers.Count ? 0 : image.Layers[layer++].Size;
            string createdAt = Timestamps.Parse(entry.Created) is { } created ? created.ToString("yyyy-MM-ddTHH:mm:ssZ") : Timestamps.Unknown;
            string createdBy = (entry.CreatedBy ?? "").Replace('\t', ' ');
            rows.Add(new JsonObject
            {
                ["Comment"] = entry.Comment ?? "",
                ["CreatedAt"] = createdAt,
                ["CreatedBy"] = arguments.NoTruncation || createdBy.Length <= CreatedByLength
                    ? createdBy
                    : string.Concat(createdBy.AsSpan(0, CreatedByLength - 1), "…"),
                ["CreatedSince"] = arguments.Human ? Timestamps.Since(entry.Created, now) : createdAt,
                ["ID"] = Missing,
                ["Size"] = arguments.Human ? HumanSize.Format(size) : size.ToString(),
            });
        }

        rows.Reverse();
        // Docker shows the id beside the newest line.
        if (rows.Count > 0) rows[0]["ID"] = ImageLookup.ShownId(image.Id, arguments.NoTruncation);
        return rows;
    }
}

/// <summary>What <c>history</c> was asked for.</summary>
/// <param name="Image">Name or id.</param>
/// <param name="Quiet">Ids only.</param>
/// <param name="NoTruncation">Whole ids and commands.</param>
/// <param name="Human">Sizes and times for people.</param>
/// <param name="Format">Template, <c>json</c>, or null.</param>
internal sealed record HistoryArguments(string Image, bool Quiet, bool NoTruncation, bool Human, string? Format);

/// <summary>The flags of <c>history</c>.</summary>
internal sealed class HistoryGrammar : CommandGrammar
{
    private readonly Argument<string[]> _image = Flags.Operands("IMAGE", "Name or id of an image", 1, 1);
    private readonly Option<bool> _quiet = Flags.Switch("--quiet", "Show ids only", "-q");
    private readonly Option<bool> _noTruncation = Flags.Switch("--no-trunc", "Do not shorten");
    private readonly Option<bool> _human = Flags.Switch("--human", "Sizes and times for people (default true)", "-H");
    private readonly Option<string?> _format = Flags.Text("--format", "Print with a template, or as json");

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        command.Add(_image);
        foreach (Option option in new Option[] { _quiet, _noTruncation, _human, _format }) command.Add(option);
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        bool human = parsed.GetResult(_human) is null or { Implicit: true } || parsed.GetValue(_human);
        var arguments = new HistoryArguments(
            parsed.GetValue(_image)![0], parsed.GetValue(_quiet), parsed.GetValue(_noTruncation), human, parsed.GetValue(_format));
        return new BoundCommand((context, _) => Task.FromResult(new HistoryCommand(context).Run(arguments)));
    }
}
