using Builder.Parser.Syntax;

namespace Builder.Graph.Checks.Rules;

/// <summary>A stage name with capitals.</summary>
internal static class StageNameCasing
{
    public static CheckRule Rule { get; } = new(nameof(StageNameCasing), CheckGroup.Standard, "Names of stages are in lower case") { Run = Run };

    private static void Run(CheckContext context)
    {
        foreach (Word name in context.AllStages.Stages.Select(stage => stage.From.StageName).OfType<Word>())
        {
            string lower = name.Text.ToLowerInvariant();
            if (lower == name.Text) continue;
            context.Report(
                Rule, name.Span, $"the stage name '{name.Text}' has capitals, but stages are known by '{lower}'", $"write '{lower}'", new TextEdit(name.Span, lower));
        }
    }
}
