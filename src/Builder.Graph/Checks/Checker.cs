using Builder.Oci.Collections;
using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;

namespace Builder.Graph.Checks;

/// <summary>Runs all checks that are wanted and sorts out what the Dockerfile's comments skip.</summary>
internal static class Checker
{
    /// <summary>The findings of a Dockerfile.</summary>
    /// <param name="context">What to check.</param>
    /// <param name="settings">What the check directive says.</param>
    /// <param name="noticed">What lowering came across.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static CheckReport Run(
        CheckContext context, CheckSettings settings, IEnumerable<Diagnostic> noticed, CancellationToken cancellationToken = default)
    {
        foreach (CheckRule rule in CheckRules.All)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (rule.Run is not null && context.IsWanted(rule)) rule.Run(context);
        }

        foreach (Diagnostic diagnostic in noticed)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (CheckRules.Find(diagnostic.Code) is { } rule && context.IsWanted(rule))
                context.Report(rule, diagnostic.Span, diagnostic.Message, diagnostic.Hint);
        }

        SyntaxList<Instruction> instructions = context.Parsed.Dockerfile.Instructions;
        IEnumerable<CheckFinding> kept = context.Findings
            .Where(finding => InstructionAt(instructions, finding.Diagnostic.Span.Start) is not { } instruction
                || IsWantedAt(instruction, finding.Rule))
            .DistinctBy(finding => (finding.Rule.Name, finding.Diagnostic.Span, finding.Diagnostic.Message))
            .OrderBy(finding => finding.Diagnostic.Span.Start);
        return new CheckReport(new EquatableArray<CheckFinding>([.. kept]), settings.FindingsAreErrors);
    }

    private static bool IsWantedAt(Instruction instruction, CheckRule rule) => !CheckContext.IsSkippedAbove(instruction, rule);

    /// <summary>The instruction that covers an offset, or null.</summary>
    private static Instruction? InstructionAt(SyntaxList<Instruction> instructions, int offset)
    {
        int low = 0;
        int high = instructions.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            Instruction instruction = instructions[middle];
            if (offset < instruction.Span.Start) high = middle - 1;
            else if (offset > instruction.Span.End) low = middle + 1;
            else return instruction;
        }

        return null;
    }
}
