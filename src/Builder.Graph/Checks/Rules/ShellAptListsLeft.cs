using Builder.Graph.Lowering.Stages;
using Builder.Graph.Shell;
using Builder.Parser.Syntax;

namespace Builder.Graph.Checks.Rules;

/// <summary>apt-get update whose lists stay in the image.</summary>
internal static class ShellAptListsLeft
{
    private const string Lists = "/var/lib/apt";

    public static CheckRule Rule { get; } =
        new(nameof(ShellAptListsLeft), CheckGroup.Advice, "The RUN that calls apt-get update removes the lists again") { Run = Run };

    private static void Run(CheckContext context)
    {
        HashSet<int> shipped = ShippedStages(context);
        foreach (IGrouping<RunInstruction, RunScript> run in context.Runs.GroupBy(script => script.Run))
        {
            RunScript[] scripts = [.. run];
            if (!shipped.Contains(scripts[0].Stage.Index) || run.Key.Mounts.Any(mount => mount.Text.Contains(Lists, StringComparison.Ordinal))) continue;
            (RunScript Script, SimpleCommand Command)[] commands = [.. scripts.SelectMany(s => s.Script.AllCommands.Select(c => (s, c)))];
            int update = Array.FindIndex(commands, c => AptGet.Is(c.Command, "update"));
            if (update < 0 || commands.Skip(update + 1).Any(c => Removes(c.Command))) continue;
            context.Report(
                Rule,
                commands[update].Script.SpanOf(AptGet.ActionOf(commands[update].Command)),
                "the package lists stay in this layer, some 20 MB that soon are out of date",
                "end this RUN with '&& rm -rf /var/lib/apt/lists/*', or mount a cache: --mount=type=cache,target=/var/lib/apt");
        }
    }

    private static bool Removes(SimpleCommand command) =>
        (command.Name is "rm" or "find") && command.Arguments.Any(word => word.Text.StartsWith(Lists, StringComparison.Ordinal));

    // Layers of a stage from which files are only copied reach nobody.
    private static HashSet<int> ShippedStages(CheckContext context)
    {
        var shipped = new HashSet<int>();
        StageSyntax? stage = context.Request.Target is { } target ? context.AllStages.FindLast(target) : context.AllStages.Stages.LastOrDefault();
        while (stage is not null && shipped.Add(stage.Index))
            stage = context.BaseOf(stage) is StageSource source ? context.AllStages.Stages[source.Index] : null;
        return shipped;
    }
}
