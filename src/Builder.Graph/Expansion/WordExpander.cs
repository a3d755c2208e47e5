using Builder.Parser.Syntax;

namespace Builder.Graph.Expansion;

/// <summary>Expands variables in the words of a Dockerfile; pure.</summary>
public static class WordExpander
{
    /// <summary>Expands variables, removes quotes and escapes; never splits.</summary>
    /// <param name="word">The word as parsed.</param>
    /// <param name="escape">The escape character in force.</param>
    /// <param name="lookup">The value of a variable, or null when it is unset.</param>
    public static ExpansionResult Expand(Word word, char escape, Func<string, string?> lookup)
    {
        if (IsPlain(word.Text, escape)) return new ExpansionResult(word.Text, [], []);
        var expansion = new ExpansionPass(word, escape, ExpansionMode.Word, lookup);
        string text = expansion.Run();
        return new ExpansionResult(text, expansion.Diagnostics, expansion.UndefinedVariables);
    }

    /// <summary>Expands as <see cref="Expand"/> does and splits the result at unquoted blanks, those of values included (EXPOSE).</summary>
    /// <param name="word">The word as parsed.</param>
    /// <param name="escape">The escape character in force.</param>
    /// <param name="lookup">The value of a variable, or null when it is unset.</param>
    public static SplitExpansionResult ExpandAndSplit(Word word, char escape, Func<string, string?> lookup)
    {
        var expansion = new ExpansionPass(word, escape, ExpansionMode.Split, lookup);
        expansion.Run();
        return new SplitExpansionResult(expansion.Words, expansion.Diagnostics, expansion.UndefinedVariables);
    }

    /// <summary>Expands the body of a here-document: quotes stay, and a backslash escapes whatever the escape directive says.</summary>
    /// <param name="heredoc">Its <see cref="Heredoc.Content"/> is returned unchanged when its delimiter was quoted.</param>
    /// <param name="lookup">The value of a variable, or null when it is unset.</param>
    public static ExpansionResult ExpandHeredoc(Heredoc heredoc, Func<string, string?> lookup)
    {
        if (!heredoc.Expand) return new ExpansionResult(heredoc.Content, [], []);
        var expansion = new ExpansionPass(new Word(heredoc.Content, heredoc.ContentSpan), '\\', ExpansionMode.Heredoc, lookup);
        string text = expansion.Run();
        return new ExpansionResult(text, expansion.Diagnostics, expansion.UndefinedVariables);
    }

    // Most words are; there may be millions of them.
    private static bool IsPlain(string text, char escape) =>
        text.Length <= ExpansionPass.MaxLength && text.AsSpan().IndexOfAny("$'\"") < 0 && !text.Contains(escape, StringComparison.Ordinal);
}
