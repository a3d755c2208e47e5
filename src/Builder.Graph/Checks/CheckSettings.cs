using System.Collections.Immutable;
using Builder.Graph.Lowering;
using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Graph.Checks;

/// <summary>What <c># check=...</c> says: <c>skip=A,B;error=true;experimental=C</c>.</summary>
/// <param name="Skip">Names of checks that aren't wanted.</param>
/// <param name="SkipAll"><c>skip=all</c>.</param>
/// <param name="Experimental">Names of experimental checks that are wanted.</param>
/// <param name="ExperimentalAll"><c>experimental=all</c>.</param>
/// <param name="FindingsAreErrors"><c>error=true</c>.</param>
internal sealed record CheckSettings(
    ImmutableHashSet<string> Skip, bool SkipAll, ImmutableHashSet<string> Experimental, bool ExperimentalAll, bool FindingsAreErrors)
{
    /// <summary>The build argument that takes the directive's place.</summary>
    public const string Argument = "BUILDKIT_DOCKERFILE_CHECK";

    private const string DirectiveName = "check";
    private static readonly string[] Keys = ["skip", "error", "experimental"];
    private static readonly CheckSettings None = new([], false, [], false, false);

    /// <summary>The settings of a whole build.</summary>
    public static CheckSettings Of(LoweringRequest request, Findings findings)
    {
        Directive? directive = request.Parsed.Dockerfile.Directives.FirstOrDefault(d => d.Name == DirectiveName);
        SourceSpan span = directive?.Span ?? default;
        bool given = request.BuildArguments.TryGetValue(Argument, out string? value);
        string place = given ? $"the build argument {Argument}" : "the check directive";
        if (!given) value = directive?.Value;
        return value is null ? None : Read(value, d => findings.Add(d with { Span = given ? default : span, Message = $"{place} {d.Message}" }));
    }

    /// <summary>The settings in the comments above one instruction, or null.</summary>
    public static CheckSettings? Above(Instruction instruction)
    {
        foreach (string comment in instruction.LeadingComments)
        {
            int equals = comment.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || !comment.AsSpan(0, equals).Trim().Equals(DirectiveName, StringComparison.OrdinalIgnoreCase)) continue;
            return Read(comment[(equals + 1)..].Trim().Split(' ', '\t')[0], static _ => { });
        }

        return null;
    }

    /// <summary>Whether a check is to be reported.</summary>
    public bool Allows(CheckRule rule) => rule.Group == CheckGroup.Experimental
        ? ExperimentalAll || Experimental.Contains(rule.Name)
        : !SkipAll && !Skip.Contains(rule.Name);

    private static CheckSettings Read(string text, Action<Diagnostic> report)
    {
        CheckSettings settings = None;
        foreach (string part in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            string key = (equals < 0 ? part : part[..equals]).Trim();
            string value = equals < 0 ? "" : part[(equals + 1)..].Trim();
            switch (key)
            {
                case "skip" when equals >= 0:
                    settings = value == "all" ? settings with { SkipAll = true } : settings with { Skip = settings.Skip.Union(Names(value, report)) };
                    break;
                case "experimental" when equals >= 0:
                    settings = value == "all"
                        ? settings with { ExperimentalAll = true }
                        : settings with { Experimental = settings.Experimental.Union(Names(value, report)) };
                    break;
                case "error" when ReadBoolean(value) is { } isError:
                    settings = settings with { FindingsAreErrors = isError };
                    break;
                case "error":
                    report(new Diagnostic("BLD2501", Severity.Error, $"sets error to '{value}'", default, "write error=true or error=false"));
                    break;
                default:
                    string hint = Suggestion.Hint(key, Keys) ?? "write skip=NAME,NAME;error=true;experimental=NAME";
                    report(new Diagnostic("BLD2501", Severity.Error, $"has an option '{part}' that isn't known", default, hint));
                    break;
            }
        }

        return settings;
    }

    private static IEnumerable<string> Names(string value, Action<Diagnostic> report)
    {
        foreach (string name in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (CheckRules.Find(name) is null)
            {
                string hint = Suggestion.Hint(name, CheckRules.All.Select(rule => rule.Name)) ?? "docs/checks.md lists the checks";
                report(new Diagnostic("BLD2502", Severity.Warning, $"names a check '{name}' that doesn't exist", default, hint));
            }

            yield return name;
        }
    }

    // The spellings of Go's ParseBool, which BuildKit reads it with.
    private static bool? ReadBoolean(string value) => value switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => null,
    };
}
