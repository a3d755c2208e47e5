using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Graph.Checks.Rules;

/// <summary>A value of ARG, ENV or LABEL that is a secret by its shape.</summary>
internal static class SecretValueInArgOrEnv
{
    public static CheckRule Rule { get; } =
        new(nameof(SecretValueInArgOrEnv), CheckGroup.Advice, "Values of ARG, ENV and LABEL are no secrets") { Run = Run };

    private static void Run(CheckContext context)
    {
        foreach (Instruction instruction in context.Stages.SelectMany(CheckContext.InstructionsOf).Concat(context.AllStages.GlobalArguments))
        {
            IEnumerable<Word> values = instruction switch
            {
                ArgInstruction arg => arg.Arguments.Select(argument => argument.Default).OfType<Word>(),
                EnvInstruction env => env.Pairs.Select(pair => pair.Value),
                LabelInstruction label => label.Pairs.Select(pair => pair.Value),
                _ => [],
            };
            foreach (Word value in values)
            {
                if (SecretPatterns.Find(value.Text) is not { } found) continue;
                bool exact = value.Span.Length == value.Text.Length;
                context.Report(
                    Rule,
                    exact ? new SourceSpan(value.Span.Start + found.Start, found.Length) : value.Span,
                    "this looks like a secret, which stays readable in the image",
                    "revoke it, and hand its successor in with RUN --mount=type=secret");
            }
        }
    }
}
