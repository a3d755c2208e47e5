namespace Builder.Cli.Formatting.Templates;

/// <summary>What can be wrong with a template.</summary>
internal static class TemplateErrors
{
    /// <summary>The text is no template.</summary>
    public static CommandException Parsing(string problem) => new($"template parsing error: {problem}");

    /// <summary>It can't be carried out on this value.</summary>
    public static CommandException Executing(string problem) => new($"template error: {problem}");

    /// <summary>A character for a message.</summary>
    public static string Show(char c) => char.IsControl(c) ? $"U+{(int)c:X4}" : $"'{c}'";
}
