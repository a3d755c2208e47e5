using Builder.Parser.Syntax;

namespace Builder.Graph.Checks.Rules;

/// <summary>An ARG or ENV whose name says that it holds a secret.</summary>
internal static class SecretsUsedInArgOrEnv
{
    private static readonly HashSet<string> Secret = new(StringComparer.OrdinalIgnoreCase)
    {
        "apikey", "auth", "credential", "credentials", "key", "password", "pword", "passwd", "secret", "token",
    };

    private static readonly HashSet<string> Harmless = new(StringComparer.OrdinalIgnoreCase) { "public", "file", "version" };

    public static CheckRule Rule { get; } = new(
        nameof(SecretsUsedInArgOrEnv), CheckGroup.Standard, "ARG and ENV hold no secrets: everybody who has the image can read them")
    { Run = Run };

    /// <summary>Whether a variable of this name holds a secret.</summary>
    public static bool IsSecretName(string name)
    {
        string[] words = name.Split('_');
        return words.Any(Secret.Contains) && !words.Any(Harmless.Contains);
    }

    private static void Run(CheckContext context)
    {
        foreach (Instruction instruction in context.Stages.SelectMany(stage => stage.Instructions))
        {
            IEnumerable<Word> names = instruction switch
            {
                ArgInstruction arg => arg.Arguments.Select(argument => argument.Name),
                EnvInstruction env => env.Pairs.Select(pair => pair.Key),
                _ => [],
            };
            string keyword = instruction.Keyword.Text.ToUpperInvariant();
            foreach (Word name in names.Where(name => IsSecretName(name.Text)))
            {
                string kept = keyword == "ARG" ? "the history" : "the config";
                context.Report(
                    Rule,
                    name.Span,
                    $"the name '{name.Text}' says that {keyword} holds a secret, which would stay readable in {kept} of the image",
                    $"hand it to the command that needs it: RUN --mount=type=secret,id={name.Text},env={name.Text}");
            }
        }
    }
}
