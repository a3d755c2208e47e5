using System.CommandLine;
using Builder.Cli.CommandLine;
using Builder.Cli.Hosting;
using Builder.Oci.Collections;

namespace Builder.Cli.Images;

/// <summary>What <c>images</c> was asked for.</summary>
/// <param name="Reference">Pattern of names, or null.</param>
/// <param name="Quiet">Ids only.</param>
/// <param name="NoTruncation">Whole ids.</param>
/// <param name="Digests">Show digests.</param>
/// <param name="Filters">Key and value each.</param>
/// <param name="Format">Template, <c>json</c>, or null.</param>
internal sealed record ImagesArguments(
    string? Reference, bool Quiet, bool NoTruncation, bool Digests, EquatableArray<KeyValuePair<string, string>> Filters, string? Format);

/// <summary>The flags of <c>images</c>.</summary>
internal sealed class ImagesGrammar : CommandGrammar
{
    private static readonly string[] KnownFilters = ["reference", "dangling", "label", "before", "since"];
    private readonly Argument<string[]> _reference = Flags.Operands("REPOSITORY", "Show only images of this name", 0, 1);
    private readonly Option<bool> _quiet = Flags.Switch("--quiet", "Show ids only", "-q");
    private readonly Option<bool> _all = Flags.Switch("--all", "Show all images (there are no intermediate ones)", "-a");
    private readonly Option<bool> _noTruncation = Flags.Switch("--no-trunc", "Do not shorten ids");
    private readonly Option<bool> _digests = Flags.Switch("--digests", "Show digests");
    private readonly Option<string[]> _filters = Flags.Many("--filter", "Show only images that match (reference=, dangling=, label=, before=, since=)", "-f");
    private readonly Option<string?> _format = Flags.Text("--format", "Print with a template, or as json");

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        command.Add(_reference);
        foreach (Option option in new Option[] { _quiet, _all, _noTruncation, _digests, _filters, _format }) command.Add(option);
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        var arguments = new ImagesArguments(
            parsed.GetValue(_reference)!.FirstOrDefault(),
            parsed.GetValue(_quiet),
            parsed.GetValue(_noTruncation),
            parsed.GetValue(_digests),
            [.. parsed.GetValue(_filters)!.Select(Filter)],
            parsed.GetValue(_format));
        return new BoundCommand((context, _) => Task.FromResult(new ImagesCommand(context).Run(arguments)));
    }

    private static KeyValuePair<string, string> Filter(string text)
    {
        (string name, string? value) = KeyValues.Split(text);
        if (value is null) throw CommandException.Usage($"invalid filter \"{text}\": expected name=value");
        return KnownFilters.Contains(name)
            ? KeyValuePair.Create(name, value)
            : throw new CommandException($"invalid filter \"{name}\"", hint: $"known are {string.Join(", ", KnownFilters)}");
    }
}
