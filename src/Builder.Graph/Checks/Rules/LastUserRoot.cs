using Builder.Graph.Lowering.Stages;
using Builder.Parser.Syntax;

namespace Builder.Graph.Checks.Rules;

/// <summary>An image whose last USER is root.</summary>
internal static class LastUserRoot
{
    public static CheckRule Rule { get; } = new(nameof(LastUserRoot), CheckGroup.Advice, "The last USER of an image is not root") { Run = Run };

    private static void Run(CheckContext context)
    {
        StageSyntax? stage = context.Request.Target is { } target ? context.AllStages.FindLast(target) : context.AllStages.Stages.LastOrDefault();
        if (stage is null) return;
        StageFacts facts = context.FactsBefore(stage);
        foreach (Instruction instruction in stage.Instructions) facts = facts.After(instruction);
        if (facts.User is not { } last || last.User.Text.Split(':')[0] is not ("root" or "0")) return;
        context.Report(Rule, last.User.Span, "containers of this image run as root", "end with USER and an ordinary user");
    }
}
