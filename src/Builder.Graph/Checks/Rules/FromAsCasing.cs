using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Graph.Checks.Rules;

/// <summary>FROM and AS in different case.</summary>
internal static class FromAsCasing
{
    public static CheckRule Rule { get; } = new(nameof(FromAsCasing), CheckGroup.Standard, "FROM and AS are written in the same case") { Run = Run };

    private static void Run(CheckContext context)
    {
        foreach (FromInstruction from in context.AllStages.Stages.Select(stage => stage.From))
        {
            if (from.StageName is null) continue;
            string keyword = from.Keyword.Text;
            bool lower = !keyword.Any(char.IsAsciiLetterUpper);
            if (!lower && keyword.Any(char.IsAsciiLetterLower)) continue; // said by ConsistentInstructionCasing
            SourceSpan span = FindAs(context.Source, from);
            string written = context.Source.TextOf(span);
            string wanted = lower ? "as" : "AS";
            if (written == wanted) continue;
            context.Report(
                Rule, span, $"'{written}' is not in the case of '{keyword}'", $"write '{wanted}'", new TextEdit(span, wanted));
        }
    }

    // Between image and name there is nothing else but blanks, continuations and comments.
    private static SourceSpan FindAs(SourceText source, FromInstruction from)
    {
        int end = from.StageName!.Span.Start;
        while (end > from.Image.Span.End && !char.IsAsciiLetter(source.Text[end - 1])) end--;
        return SourceSpan.FromBounds(end - "AS".Length, end);
    }
}
