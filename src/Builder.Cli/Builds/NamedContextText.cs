using Builder.Cli.CommandLine;
using Builder.Graph.Lowering;

namespace Builder.Cli.Builds;

/// <summary>One <c>--build-context</c>.</summary>
/// <param name="Name">Normalised.</param>
/// <param name="Value">As typed.</param>
internal sealed record NamedContextText(string Name, string Value)
{
    private static readonly string[] Reserved = ["scratch", "context"];

    /// <summary>Reads <c>name=value</c>.</summary>
    /// <exception cref="CommandException">Not of that form, or the name can't be given.</exception>
    public static NamedContextText Parse(string text)
    {
        (string name, string? value) = KeyValues.Split(text);
        if (string.IsNullOrEmpty(value)) throw CommandException.Usage($"invalid --build-context \"{text}\": expected name=value");
        string normalized = ContextName.Normalize(name)
            ?? throw CommandException.Usage($"invalid --build-context \"{text}\": '{name}' can't be the name of a context", "names are like those of images: lower case");
        if (Reserved.Contains(normalized.Split("::")[0]))
            throw CommandException.Usage($"invalid --build-context \"{text}\": the name '{name}' is reserved");
        return new NamedContextText(normalized, value);
    }
}
