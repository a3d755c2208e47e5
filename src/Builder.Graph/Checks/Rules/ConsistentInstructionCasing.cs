using Builder.Parser.Syntax;

namespace Builder.Graph.Checks.Rules;

/// <summary>Keywords in another case than most of them.</summary>
internal static class ConsistentInstructionCasing
{
    public static CheckRule Rule { get; } =
        new(nameof(ConsistentInstructionCasing), CheckGroup.Standard, "All keywords of a Dockerfile are in the same case") { Run = Run };

    private static void Run(CheckContext context)
    {
        Word[] keywords = [.. context.AllStages.Stages.SelectMany(stage => stage.Instructions.Prepend(stage.From)).Select(i => i.Keyword)];
        int lower = keywords.Count(keyword => !keyword.Text.Any(char.IsAsciiLetterUpper));
        int upper = keywords.Count(keyword => !keyword.Text.Any(char.IsAsciiLetterLower));
        bool wantLower = lower > upper;
        foreach (Word keyword in keywords)
        {
            string wanted = wantLower ? keyword.Text.ToLowerInvariant() : keyword.Text.ToUpperInvariant();
            if (keyword.Text == wanted) continue;
            string majority = wantLower ? "lower case" : "upper case";
            context.Report(
                Rule,
                keyword.Span,
                $"the keyword '{keyword.Text}' is not in {majority} like most of this file",
                $"write '{wanted}'",
                new TextEdit(keyword.Span, wanted));
        }
    }
}
