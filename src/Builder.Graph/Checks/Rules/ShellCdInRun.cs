using Builder.Graph.Shell;

namespace Builder.Graph.Checks.Rules;

/// <summary>RUN that begins by changing the directory.</summary>
internal static class ShellCdInRun
{
    // Behind anything else the directory may have come into being in this very RUN, and WORKDIR could not name it.
    private static readonly string[] Harmless = ["set", "export", "mkdir", "echo", ":", "true", "umask"];

    public static CheckRule Rule { get; } =
        new(nameof(ShellCdInRun), CheckGroup.Advice, "WORKDIR rather than cd says where commands run") { Run = Run };

    private static void Run(CheckContext context)
    {
        foreach (RunScript script in context.Runs)
        {
            foreach (ShellPipeline pipeline in script.Script.Pipelines)
            {
                SimpleCommand command = pipeline.Commands[0];
                if (pipeline.Subshells == 0 && command is { Name: "cd", Arguments: [var directory] } && directory.Text is not ("-" or "~"))
                {
                    context.Report(
                        Rule,
                        script.Text.SpanOf(pipeline.Start, pipeline.End),
                        "cd lasts only until the end of this RUN",
                        $"write 'WORKDIR {directory.Text}' above it");
                }

                if (command.Words.Length > 0 && !Harmless.Contains(command.Name)) break;
            }
        }
    }
}
