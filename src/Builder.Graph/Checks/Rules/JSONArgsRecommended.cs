using Builder.Graph.Lowering.Stages;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Graph.Checks.Rules;

/// <summary>CMD or ENTRYPOINT in shell form although no SHELL was chosen.</summary>
internal static class JSONArgsRecommended
{
    private const string PlainCharacters = "_-./:=@,+%";

    public static CheckRule Rule { get; } = new(
        nameof(JSONArgsRecommended), CheckGroup.Standard, "CMD and ENTRYPOINT are JSON arrays, so that signals reach the program")
    { Run = Run };

    private static void Run(CheckContext context)
    {
        foreach (StageSyntax stage in context.Stages)
        {
            StageFacts facts = context.FactsBefore(stage);
            foreach (Instruction instruction in stage.Instructions)
            {
                facts = facts.After(instruction);
                CommandLine? command = instruction switch
                {
                    CmdInstruction cmd => cmd.Command,
                    EntrypointInstruction entrypoint => entrypoint.Command,
                    _ => null,
                };
                if (facts.Shell is not null || command is not ShellCommand shell) continue;
                context.Report(
                    Rule,
                    shell.Span,
                    $"{instruction.Keyword.Text.ToUpperInvariant()} runs through a shell, which keeps signals such as docker stop's from the program",
                    "write a JSON array: [\"program\", \"argument\"]; where a shell is wanted, say so with SHELL",
                    FixOf(shell));
            }
        }
    }

    // Only where the shell would have had nothing to do but split words.
    private static TextEdit? FixOf(ShellCommand shell)
    {
        if (!shell.Text.All(c => char.IsAsciiLetterOrDigit(c) || c == ' ' || PlainCharacters.Contains(c, StringComparison.Ordinal))) return null;
        string[] words = shell.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0) return null; // CMD alone, which has a warning of its own
        bool setsVariable = words[0].Contains('=', StringComparison.Ordinal);
        SourceSpan span = shell.Span;
        return setsVariable ? null : new TextEdit(span, "[" + string.Join(", ", words.Select(word => $"\"{word}\"")) + "]");
    }
}
