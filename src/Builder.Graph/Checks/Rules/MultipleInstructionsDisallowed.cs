using Builder.Graph.Lowering.Stages;
using Builder.Parser.Syntax;

namespace Builder.Graph.Checks.Rules;

/// <summary>A second CMD, ENTRYPOINT or HEALTHCHECK, which makes the first one void.</summary>
internal static class MultipleInstructionsDisallowed
{
    public static CheckRule Rule { get; } = new(
        nameof(MultipleInstructionsDisallowed), CheckGroup.Standard, "A stage has one CMD, ENTRYPOINT and HEALTHCHECK: only the last counts")
    { Run = Run };

    private static void Run(CheckContext context)
    {
        foreach (StageSyntax stage in context.Stages)
        {
            var last = new Dictionary<Type, Instruction>();
            foreach (Instruction instruction in stage.Instructions)
            {
                if (instruction is not (CmdInstruction or EntrypointInstruction or HealthcheckInstruction)) continue;
                if (last.TryGetValue(instruction.GetType(), out Instruction? earlier) && !CheckContext.IsSkippedAbove(instruction, Rule))
                {
                    int line = context.Source.PositionOf(instruction.Span.Start).Line;
                    string keyword = instruction.Keyword.Text.ToUpperInvariant();
                    context.Report(
                        Rule, earlier.Keyword.Span, $"this {keyword} has no effect: the one in line {line} takes its place", "remove it, or give it a stage of its own");
                }

                last[instruction.GetType()] = instruction;
            }
        }
    }
}
