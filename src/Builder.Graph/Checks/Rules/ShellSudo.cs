using Builder.Graph.Shell;

namespace Builder.Graph.Checks.Rules;

/// <summary>sudo in RUN.</summary>
internal static class ShellSudo
{
    public static CheckRule Rule { get; } = new(nameof(ShellSudo), CheckGroup.Advice, "USER rather than sudo says who runs commands") { Run = Run };

    private static void Run(CheckContext context)
    {
        foreach (RunScript script in context.Runs)
        {
            foreach (SimpleCommand command in script.Script.AllCommands.Where(command => command.Words is [{ Text: "sudo", IsFixed: true }, ..]))
            {
                context.Report(
                    Rule,
                    script.SpanOf(command.Words[0]),
                    "sudo behaves unlike a login here, and isn't needed",
                    "switch with USER root, and back behind the command");
            }
        }
    }
}
