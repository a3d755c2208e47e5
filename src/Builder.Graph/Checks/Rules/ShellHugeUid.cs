using Builder.Graph.Shell;

namespace Builder.Graph.Checks.Rules;

/// <summary>useradd with a uid that makes its log enormous.</summary>
internal static class ShellHugeUid
{
    private const long Highest = 99_999;

    public static CheckRule Rule { get; } =
        new(nameof(ShellHugeUid), CheckGroup.Advice, "useradd with a high uid writes no login log") { Run = Run };

    private static void Run(CheckContext context)
    {
        foreach (RunScript script in context.Runs)
        {
            foreach (SimpleCommand command in script.Script.AllCommands.Where(command => command.Name == "useradd"))
            {
                bool quiet = command.Arguments.Any(w => w.Text == "--no-log-init" || (w.Text.StartsWith('-') && !w.Text.StartsWith("--", StringComparison.Ordinal) && w.Text.Contains('l')));
                ShellWord? uid = UidOf(command);
                if (quiet || uid is null || !long.TryParse(uid.Text.Split('=')[^1], out long number) || number <= Highest) continue;
                context.Report(
                    Rule, script.SpanOf(uid), $"useradd fills the login log up to uid {number}, a file of gigabytes when it is packed", "write useradd --no-log-init");
            }
        }
    }

    private static ShellWord? UidOf(SimpleCommand command)
    {
        for (int i = 0; i < command.Arguments.Length; i++)
        {
            if (command.Arguments[i].Text is "-u" or "--uid") return i + 1 < command.Arguments.Length ? command.Arguments[i + 1] : null;
            if (command.Arguments[i].Text.StartsWith("--uid=", StringComparison.Ordinal)) return command.Arguments[i];
        }

        return null;
    }
}
