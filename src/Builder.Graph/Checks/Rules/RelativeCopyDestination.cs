using Builder.Graph.Lowering.Stages;
using Builder.Parser.Syntax;

namespace Builder.Graph.Checks.Rules;

/// <summary>COPY to a relative place without a WORKDIR.</summary>
internal static class RelativeCopyDestination
{
    public static CheckRule Rule { get; } =
        new(nameof(RelativeCopyDestination), CheckGroup.Advice, "A relative destination follows a WORKDIR") { Run = Run };

    private static void Run(CheckContext context)
    {
        foreach (StageSyntax stage in context.Stages)
        {
            StageFacts facts = context.FactsBefore(stage);
            foreach (Instruction instruction in stage.Instructions)
            {
                facts = facts.After(instruction);
                if (facts.HasWorkingDirectory || instruction is not CopyInstruction copy) continue;
                string destination = copy.Destination.Text.Trim('"', '\'');
                if (destination.StartsWith('/') || destination.StartsWith('$')) continue;
                context.Report(
                    Rule, copy.Destination.Span, $"'{destination}' is relative to whatever directory the base image has", "write WORKDIR above, or an absolute path");
            }
        }
    }
}
