using Builder.Graph.Shell;

namespace Builder.Graph.Checks.Rules;

/// <summary>A pipeline whose failures are lost.</summary>
internal static class ShellPipeWithoutPipefail
{
    private static readonly string[] Unfailing = ["echo", "printf", "yes", "true", ":"];

    public static CheckRule Rule { get; } =
        new(nameof(ShellPipeWithoutPipefail), CheckGroup.Advice, "A pipeline fails when any command in it fails") { Run = Run };

    private static void Run(CheckContext context)
    {
        foreach (RunScript script in context.Runs)
        {
            if (script.Shell.Any(word => word.Contains("pipefail", StringComparison.Ordinal))) continue;
            if (script.Script.AllCommands.Any(command => command.Name == "set" && command.Arguments.Any(word => word.Text == "pipefail"))) continue;
            foreach (ShellPipeline pipeline in script.Script.Pipelines)
            {
                if (pipeline.Commands.Length < 2 || pipeline.Commands.SkipLast(1).All(command => Unfailing.Contains(command.Name))) continue;
                context.Report(
                    Rule,
                    script.Text.SpanOf(pipeline.Start, pipeline.End),
                    "only the last command of this pipeline can fail the build",
                    "write SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"] above, or begin with 'set -o pipefail &&'");
            }
        }
    }
}
