using Builder.Graph.Shell;
using Builder.Parser.Text;

namespace Builder.Graph.Checks.Rules;

/// <summary>apt-get install that asks.</summary>
internal static class ShellAptGetWithoutYes
{
    public static CheckRule Rule { get; } =
        new(nameof(ShellAptGetWithoutYes), CheckGroup.Advice, "apt-get install says yes by itself: nobody is there to answer") { Run = Run };

    private static void Run(CheckContext context)
    {
        if (AptGet.IsConfigured(context, "Assume-Yes")) return;
        foreach (RunScript script in context.Runs)
        {
            foreach (ShellPipeline pipeline in script.Script.AllPipelines)
            {
                SimpleCommand command = pipeline.Commands[^1];
                bool answered = pipeline.Commands.Length > 1; // yes | apt-get install ...
                if (answered || !AptGet.Is(command, "install") || command.Arguments.Any(word => SaysYes(word) || !word.IsFixed && word.Text.StartsWith('$'))) continue;
                ShellWord action = AptGet.ActionOf(command);
                SourceSpan span = script.SpanOf(action);
                context.Report(
                    Rule, span, "apt-get install asks before it installs, and fails without an answer", "write apt-get install -y", new TextEdit(span, "install -y"));
            }
        }
    }

    private static bool SaysYes(ShellWord word)
    {
        string text = word.Text;
        if (text is "--yes" or "--assume-yes" or "--force-yes" or "--quiet=2" or "-q=2") return true;
        if (text.StartsWith("--", StringComparison.Ordinal) || !text.StartsWith('-')) return false;
        return text.Contains('y', StringComparison.Ordinal) || text.Count(c => c == 'q') > 1;
    }
}
