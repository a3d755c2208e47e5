namespace Builder.Graph.Checks.Rules;

/// <summary>A secret in the text of RUN.</summary>
internal static class ShellSecret
{
    public static CheckRule Rule { get; } = new(nameof(ShellSecret), CheckGroup.Advice, "Commands of RUN hold no secrets: they stay in the history") { Run = Run };

    private static void Run(CheckContext context)
    {
        foreach (RunScript script in context.Runs)
        {
            if (SecretPatterns.Find(script.Text.Text) is not { } found) continue;
            context.Report(
                Rule,
                script.Text.SpanOf(found.Start, found.Start + found.Length),
                "this looks like a secret, which everybody who has the image can read in its history",
                "revoke it, and hand its successor in with RUN --mount=type=secret");
        }
    }
}
