using Builder.Parser.Diagnostics;
using Builder.Parser.Grammars;
using Builder.Parser.Syntax;

namespace Builder.Parser.Instructions;

/// <summary><c>FROM [--platform=P] image [AS name]</c>.</summary>
internal static class FromReader
{
    public static Instruction? Read(InstructionContext context)
    {
        FlagSet flags = FlagSet.Read(context, ("platform", FlagKind.Text));
        IReadOnlyList<Slice> words = context.PlainWords();
        if (words.Count == 0)
        {
            context.Missing("FROM names no image", "write FROM image, or FROM scratch for an empty one");
            return null;
        }

        Slice? name = words.Count == 3 && IsAs(words[1]) ? words[2] : null;
        if (words.Count > 1 && name is null)
        {
            ReportShape(context, words);
            return null;
        }

        if (name is { } given && !IsStageName(given.Span))
        {
            context.Error(
                DiagnosticCodes.InvalidStageName,
                $"'{given}' can't be the name of a stage",
                context.SpanOf(given),
                "begin with a letter, then letters, digits, '-', '_' and '.'");
            return null;
        }

        return new FromInstruction(
            context.Keyword,
            context.WordOf(words[0]),
            flags.Text("platform"),
            name is { } stage ? context.WordOf(stage) : null,
            context.Span)
        {
            Text = context.Text,
            LeadingComments = context.Comments,
        };
    }

    private static void ReportShape(InstructionContext context, IReadOnlyList<Slice> words)
    {
        Slice second = words[1];
        if (IsAs(second) && words.Count == 2)
        {
            context.Error(DiagnosticCodes.MissingArgument, "AS names no stage", context.SpanOf(second), "write FROM image AS name");
            return;
        }

        Slice culprit = IsAs(second) ? words[3] : second;
        string hint = "write FROM image [AS name]";
        if (culprit.Span.StartsWith("--", StringComparison.Ordinal)) hint = "flags stand before the image";
        else if (words.Count == 3 && !IsAs(second)) hint = Suggestion.Hint(second.ToString(), ["AS"]) ?? hint;
        context.Error(DiagnosticCodes.UnexpectedArgument, $"unexpected '{culprit}' in FROM", context.SpanOf(culprit), hint);
    }

    private static bool IsAs(Slice word) => word.Span.Equals("as", StringComparison.OrdinalIgnoreCase);

    private static bool IsStageName(ReadOnlySpan<char> name)
    {
        if (!char.IsAsciiLetter(name[0])) return false;
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')) return false;
        }

        return true;
    }
}
