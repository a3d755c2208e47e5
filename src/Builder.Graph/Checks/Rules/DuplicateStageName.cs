using Builder.Graph.Lowering.Stages;

namespace Builder.Graph.Checks.Rules;

/// <summary>A name that two stages have.</summary>
internal static class DuplicateStageName
{
    public static CheckRule Rule { get; } = new(nameof(DuplicateStageName), CheckGroup.Standard, "No two stages have the same name") { Run = Run };

    private static void Run(CheckContext context)
    {
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (StageSyntax stage in context.AllStages.Stages)
        {
            if (stage.From.StageName is not { } name || stage.Name is not { } key) continue;
            int line = context.Source.PositionOf(stage.From.Span.Start).Line;
            if (!lines.TryAdd(key, line))
                context.Report(Rule, name.Span, $"the stage name '{name.Text}' is already that of the stage in line {lines[key]}", "give each stage a name of its own");
        }
    }
}
