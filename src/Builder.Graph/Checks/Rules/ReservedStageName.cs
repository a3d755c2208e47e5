using Builder.Graph.Lowering.Stages;

namespace Builder.Graph.Checks.Rules;

/// <summary>A stage with a name that means something else.</summary>
internal static class ReservedStageName
{
    public static CheckRule Rule { get; } =
        new(nameof(ReservedStageName), CheckGroup.Standard, "Stages aren't called scratch or context") { Run = Run };

    private static void Run(CheckContext context)
    {
        foreach (StageSyntax stage in context.AllStages.Stages.Where(stage => stage.Name is "scratch" or "context"))
            context.Report(Rule, stage.From.StageName!.Span, $"'{stage.Name}' has a meaning of its own and should not name a stage", "choose another name");
    }
}
