using Builder.Graph.Shell;

namespace Builder.Graph.Checks.Rules;

/// <summary>apt where apt-get is meant.</summary>
internal static class ShellApt
{
    private static readonly string[] Actions = ["install", "update", "upgrade", "remove", "purge", "autoremove", "full-upgrade", "clean"];

    public static CheckRule Rule { get; } = new(nameof(ShellApt), CheckGroup.Advice, "Scripts use apt-get: apt is made for people") { Run = Run };

    private static void Run(CheckContext context)
    {
        foreach (RunScript script in context.Runs)
        {
            foreach (SimpleCommand command in script.Script.AllCommands)
            {
                if (command is not { Name: "apt", Program: { } program } || !command.Arguments.Any(word => Actions.Contains(word.Text))) continue;
                TextEdit? fix = program.Text == "apt" ? new TextEdit(script.SpanOf(program), "apt-get") : null;
                context.Report(Rule, script.SpanOf(program), "apt's command line and output may change from release to release", "write apt-get", fix);
            }
        }
    }
}
