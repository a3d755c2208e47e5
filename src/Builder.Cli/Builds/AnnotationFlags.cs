using System.Collections.Immutable;
using Builder.Cli.CommandLine;
using Builder.Oci;

namespace Builder.Cli.Builds;

/// <summary>Reads annotations: <c>[type][[platform]]:key=value</c>.</summary>
internal static class AnnotationFlags
{
    /// <summary>None.</summary>
    public static ImmutableSortedDictionary<string, string> Empty { get; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Values of <c>--annotation</c>.</summary>
    /// <exception cref="CommandException">One makes no sense, or is for an index, which is not written.</exception>
    public static ImmutableSortedDictionary<string, string> Parse(IEnumerable<string> values)
    {
        ImmutableSortedDictionary<string, string> result = Empty;
        foreach (string text in values)
        {
            (string key, string? value) = KeyValues.Split(text);
            if (value is null || key.Length == 0) throw CommandException.Usage($"invalid --annotation \"{text}\": expected key=value");
            int colon = key.IndexOf(':', StringComparison.Ordinal);
            string[] kinds = colon < 0 ? [""] : key[..colon].Split(',');
            foreach (string kind in kinds) result = Add(result, kind, key[(colon + 1)..], value);
        }

        return result;
    }

    /// <summary>One more.</summary>
    /// <param name="annotations">What there is.</param>
    /// <param name="kind">Empty or <c>manifest</c>, perhaps with a platform in brackets.</param>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <exception cref="CommandException">It is for something else, or has no name.</exception>
    public static ImmutableSortedDictionary<string, string> Add(ImmutableSortedDictionary<string, string> annotations, string kind, string name, string value)
    {
        if (name.Length == 0) throw CommandException.Usage("invalid annotation: the name is missing");
        int bracket = kind.IndexOf('[', StringComparison.Ordinal);
        bool isForUs = true;
        if (bracket >= 0 && kind.EndsWith(']'))
        {
            isForUs = PlatformCheck.Parse(kind[(bracket + 1)..^1]) == Platform.Current;
            kind = kind[..bracket];
        }

        return kind switch
        {
            "" or "manifest" => isForUs ? annotations.SetItem(name, value) : annotations,
            "index" or "index-descriptor" or "manifest-descriptor" =>
                throw CommandException.Usage($"annotation type \"{kind}\" is not supported: one plain manifest is written, no index", "use manifest"),
            _ => throw CommandException.Usage($"unknown annotation type \"{kind}\"", "use manifest"),
        };
    }
}
