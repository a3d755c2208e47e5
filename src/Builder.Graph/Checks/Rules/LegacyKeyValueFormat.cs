using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Graph.Checks.Rules;

/// <summary><c>ENV name value</c>.</summary>
internal static class LegacyKeyValueFormat
{
    public static CheckRule Rule { get; } = new(
        nameof(LegacyKeyValueFormat), CheckGroup.Standard, "ENV and LABEL are written with an equals sign")
    { Run = Run };

    private static void Run(CheckContext context)
    {
        foreach (Instruction instruction in context.Stages.SelectMany(stage => stage.Instructions))
        {
            KeyValue? pair = instruction switch
            {
                EnvInstruction { LegacyForm: true } env => env.Pairs[0],
                LabelInstruction { LegacyForm: true } label => label.Pairs[0],
                _ => null,
            };
            if (pair is null) continue;
            SourceSpan span = SourceSpan.FromBounds(pair.Key.Span.Start, pair.Value.Span.End);
            string keyword = instruction.Keyword.Text.ToUpperInvariant();
            string written = NewForm(pair);
            context.Report(
                Rule, span, $"{keyword} separates name and value by a blank, an old form", $"write {keyword} {written}", new TextEdit(span, written));
        }
    }

    private static string NewForm(KeyValue pair)
    {
        string value = pair.Value.Text;
        bool quoted = value.AsSpan().IndexOfAny('"', '\'', '\\') >= 0;
        bool blanks = value.AsSpan().IndexOfAny(' ', '\t') >= 0;
        return blanks && !quoted ? $"{pair.Key.Text}=\"{value}\"" : blanks ? $"{pair.Key.Text}={value.Replace(" ", "\\ ", StringComparison.Ordinal)}" : $"{pair.Key.Text}={value}";
    }
}
