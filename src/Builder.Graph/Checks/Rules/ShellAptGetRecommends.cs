using Builder.Graph.Shell;
using Builder.Parser.Text;

namespace Builder.Graph.Checks.Rules;

/// <summary>apt-get install that brings what is only recommended.</summary>
internal static class ShellAptGetRecommends
{
    public static CheckRule Rule { get; } =
        new(nameof(ShellAptGetRecommends), CheckGroup.Advice, "apt-get install leaves out what is only recommended") { Run = Run };

    private static void Run(CheckContext context)
    {
        if (AptGet.IsConfigured(context, "Install-Recommends")) return;
        foreach (RunScript script in context.Runs)
        {
            foreach (SimpleCommand command in script.Script.AllCommands.Where(command => AptGet.Is(command, "install")))
            {
                if (command.Arguments.Any(word => word.Text == "--no-install-recommends" || (!word.IsFixed && word.Text.StartsWith('$')))) continue;
                SourceSpan span = script.SpanOf(AptGet.ActionOf(command));
                context.Report(
                    Rule,
                    span,
                    "apt-get install also installs what the packages only recommend",
                    "write apt-get install --no-install-recommends",
                    new TextEdit(span, "install --no-install-recommends"));
            }
        }
    }
}
