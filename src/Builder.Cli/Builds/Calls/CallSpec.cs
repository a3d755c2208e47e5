using Builder.Cli.CommandLine;
using Builder.Parser.Diagnostics;

namespace Builder.Cli.Builds.Calls;

/// <summary>The value of <c>--call</c>.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Format">How to print.</param>
/// <param name="IgnoreStatus">End with 0 whatever was found.</param>
internal sealed record CallSpec(CallKind Kind, CallFormat Format = CallFormat.Text, bool IgnoreStatus = false)
{
    public static readonly CallSpec Build = new(CallKind.Build);

    public static readonly CallSpec Check = new(CallKind.Check);

    private static readonly string[] Names = ["build", "check", "outline", "targets", "subrequests.describe"];

    /// <summary>Reads <c>check,format=json,ignorestatus</c>.</summary>
    /// <exception cref="CommandException">It makes no sense.</exception>
    public static CallSpec Parse(string text)
    {
        IReadOnlyList<KeyValuePair<string, string?>> fields = CommaSeparated.Pairs(text);
        CallSpec spec = new(Method(fields[0].Key));
        foreach ((string key, string? value) in fields.Skip(1))
        {
            spec = (key, value) switch
            {
                ("format", "text" or "") => spec with { Format = CallFormat.Text },
                ("format", "json") => spec with { Format = CallFormat.Json },
                ("format", "sarif") when spec.Kind == CallKind.Check => spec with { Format = CallFormat.Sarif },
                ("format", "sarif") => throw CommandException.Usage("format=sarif is for --call=check only"),
                ("format", _) => throw CommandException.Usage($"invalid format \"{value}\" for --call", "use text, json, or sarif with check"),
                ("ignorestatus", null or "true" or "1") => spec with { IgnoreStatus = true },
                ("ignorestatus", "false" or "0") => spec with { IgnoreStatus = false },
                _ => throw CommandException.Usage($"invalid option \"{key}\" for --call", Suggestion.Hint(key, ["format", "ignorestatus"]) ?? "use format or ignorestatus"),
            };
        }

        return spec;
    }

    private static CallKind Method(string name) => name switch
    {
        "" or "build" => CallKind.Build,
        "check" or "lint" => CallKind.Check,
        "outline" => CallKind.Outline,
        "targets" => CallKind.Targets,
        "subrequests.describe" => CallKind.Describe,
        _ => throw CommandException.Usage(
            $"invalid method \"{name}\" for --call", Suggestion.Hint(name, Names) ?? "use build, check, outline, targets or subrequests.describe"),
    };
}

/// <summary>What <c>build</c> does.</summary>
internal enum CallKind
{
    Build,
    Check,
    Outline,
    Targets,
    Describe,
}

/// <summary>How the answer is printed.</summary>
internal enum CallFormat
{
    Text,
    Json,
    Sarif,
}
