using Builder.Graph.Shell;
using Builder.Parser.Text;

namespace Builder.Graph.Checks.Rules;

/// <summary>A script that is run as it comes from the network.</summary>
internal static class ShellPipeToShell
{
    private static readonly string[] Fetchers = ["curl", "wget"];
    private static readonly string[] Interpreters = ["python", "python3", "perl", "ruby", "node"];

    public static CheckRule Rule { get; } =
        new(nameof(ShellPipeToShell), CheckGroup.Advice, "What comes from the network is checked before it is run") { Run = Run };

    private static void Run(CheckContext context)
    {
        foreach (RunScript script in context.Runs)
        {
            foreach (ShellPipeline pipeline in script.Script.AllPipelines)
            {
                bool fetches = pipeline.Commands.SkipLast(1).Any(Fetches) && RunsInput(pipeline.Commands[^1].Name);
                if (fetches) Report(script.Text.SpanOf(pipeline.Start, pipeline.End));
                foreach (SimpleCommand command in pipeline.Commands.Where(command => RunsInput(command.Name)))
                {
                    ShellWord? word = command.Arguments.FirstOrDefault(argument => argument.Substitutions.Any(inner => inner.AllCommands.Any(Fetches)));
                    if (word is not null) Report(script.SpanOf(word));
                }
            }
        }

        void Report(SourceSpan span) => context.Report(
            Rule,
            span,
            "this runs whatever the server sends, even half of it",
            "fetch it into a file, compare its digest with sha256sum -c, then run it; or use ADD --checksum");
    }

    private static bool Fetches(SimpleCommand command) => Fetchers.Contains(command.Name);

    private static bool RunsInput(string name) => (RunScript.IsPosixShell(name) && name != "busybox") || Interpreters.Contains(name);
}
