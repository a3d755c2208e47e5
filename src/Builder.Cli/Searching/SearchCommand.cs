using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Builder.Cli.CommandLine;
using Builder.Cli.Formatting;
using Builder.Cli.Hosting;
using Builder.Oci.Images;

namespace Builder.Cli.Searching;

/// <summary>Looks for images in a registry.</summary>
internal sealed class SearchCommand(CommandContext context)
{
    private const string DefaultFormat = "table {{.Name}}\t{{.Description}}\t{{.StarCount}}\t{{.IsOfficial}}";
    private const string DefaultDomain = "docker.io";
    private const int DescriptionLength = 45;

    private static readonly Dictionary<string, string> Headings = new(StringComparer.Ordinal)
    {
        ["Name"] = "NAME",
        ["Description"] = "DESCRIPTION",
        ["StarCount"] = "STARS",
        ["IsOfficial"] = "OFFICIAL",
        ["IsAutomated"] = "AUTOMATED",
    };

    /// <summary>Runs it.</summary>
    public async Task<ExitCode> RunAsync(SearchArguments arguments, CancellationToken cancellationToken)
    {
        (string domain, string term) = Split(arguments.Term);
        IReadOnlyList<FoundRepository> found = await context.Registry.Value.SearchAsync(domain, term, arguments.Limit, cancellationToken);
        string prefix = domain == DefaultDomain ? "" : domain + "/";
        IEnumerable<FoundRepository> shown = found.Where(f =>
            f.Stars >= arguments.Stars && (arguments.IsOfficial ?? f.IsOfficial) == f.IsOfficial && (arguments.IsAutomated ?? f.IsAutomated) == f.IsAutomated);
        string format = arguments.Format is null or "" or "table" ? DefaultFormat : arguments.Format;
        new RowWriter(Headings).Write(context.Terminal.Out, format, shown.Select(f => Fields(f, prefix, arguments.NoTruncation)));
        return ExitCode.Success;
    }

    // A first part that looks like a host is one, as in names of images.
    private static (string Domain, string Term) Split(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string first = slash < 0 ? "" : text[..slash];
        bool isHost = first.AsSpan().ContainsAny('.', ':') || first == "localhost";
        return isHost ? (first, text[(slash + 1)..]) : (DefaultDomain, text);
    }

    private static JsonObject Fields(FoundRepository found, string prefix, bool noTruncation) => new()
    {
        ["Description"] = noTruncation || found.Description.Length <= DescriptionLength ? found.Description : string.Concat(found.Description.AsSpan(0, DescriptionLength - 1), "…"),
        ["IsAutomated"] = found.IsAutomated ? "[OK]" : "",
        ["IsOfficial"] = found.IsOfficial ? "[OK]" : "",
        ["Name"] = prefix + found.Name,
        ["StarCount"] = found.Stars.ToString(CultureInfo.InvariantCulture),
    };
}

/// <summary>What <c>search</c> was asked for.</summary>
/// <param name="Term">What to look for, behind a host when it isn't Docker Hub.</param>
/// <param name="Limit">How many at most.</param>
/// <param name="NoTruncation">Whole descriptions.</param>
/// <param name="Format">Template, <c>json</c>, or null.</param>
internal sealed record SearchArguments(string Term, int Limit, bool NoTruncation, string? Format)
{
    public int Stars { get; init; }

    public bool? IsOfficial { get; init; }

    public bool? IsAutomated { get; init; }
}

/// <summary>The flags of <c>search</c>.</summary>
internal sealed class SearchGrammar : CommandGrammar
{
    private const int MaxLimit = 100;
    private const int DefaultLimit = 25;

    private readonly Argument<string[]> _term = Flags.Operands("[HOST/]TERM", "What to look for", 1, 1);
    private readonly Option<string?> _limit = Flags.Text("--limit", $"How many to show (default {DefaultLimit})", valueName: "number");
    private readonly Option<bool> _noTruncation = Flags.Switch("--no-trunc", "Do not shorten descriptions");
    private readonly Option<string[]> _filters = Flags.Many("--filter", "Show only what matches (stars=, is-official=, is-automated=)", "-f");
    private readonly Option<string?> _format = Flags.Text("--format", "Print with a template, or as json");

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        command.Add(_term);
        foreach (Option option in new Option[] { _limit, _noTruncation, _filters, _format }) command.Add(option);
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        var arguments = new SearchArguments(parsed.GetValue(_term)![0], Limit(parsed.GetValue(_limit)), parsed.GetValue(_noTruncation), parsed.GetValue(_format));
        foreach (string filter in parsed.GetValue(_filters)!) arguments = Apply(arguments, filter);
        return new BoundCommand((context, cancellationToken) => new SearchCommand(context).RunAsync(arguments, cancellationToken));
    }

    private static int Limit(string? text)
    {
        if (text is null) return DefaultLimit;
        string problem = $"invalid --limit \"{text}\": expected a number from 1 to {MaxLimit}";
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int limit)) throw CommandException.Usage(problem);
        return limit is > 0 and <= MaxLimit ? limit : throw new CommandException(problem);
    }

    private static SearchArguments Apply(SearchArguments arguments, string filter)
    {
        (string name, string? value) = KeyValues.Split(filter);
        return name switch
        {
            "stars" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int stars) => arguments with { Stars = stars },
            "is-official" when YesOrNo(value) is { } official => arguments with { IsOfficial = official },
            "is-automated" when YesOrNo(value) is { } automated => arguments with { IsAutomated = automated },
            "stars" or "is-official" or "is-automated" => throw new CommandException($"invalid filter \"{filter}\""),
            _ => throw new CommandException($"invalid filter \"{name}\"", hint: "known are stars, is-official and is-automated"),
        };
    }

    private static bool? YesOrNo(string? value) => value switch
    {
        "true" or "1" => true,
        "false" or "0" => false,
        _ => null,
    };
}
