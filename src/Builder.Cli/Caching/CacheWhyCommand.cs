using System.CommandLine;
using Builder.Cache;
using Builder.Cache.History;
using Builder.Cli.CommandLine;
using Builder.Cli.Formatting;
using Builder.Cli.Hosting;
using Builder.Executor.Explaining;

namespace Builder.Cli.Caching;

/// <summary>Compares the records of the last two builds and tells what differs for one step.</summary>
internal sealed class CacheWhyCommand(CommandContext context)
{
    /// <summary>Runs it.</summary>
    /// <param name="wanted">The step as typed; null: list the steps.</param>
    public ExitCode Run(string? wanted)
    {
        using BuilderStore store = context.OpenStore();
        BuildRecord now = store.History.Latest().FirstOrDefault() ?? throw new CommandException("no build is remembered in this store", hint: "build first");
        return wanted is null ? List(now) : Explain(store, now, wanted);
    }

    private ExitCode List(BuildRecord now)
    {
        var table = new TextTable("STEP", "LINE", "CACHE", "INSTRUCTION");
        int number = 0;
        foreach (StepRecord step in StepLookup.Steps(now))
            table.Add($"{++number}", $"{step.Stage}/{step.Line}", VerdictOf(step), step.Label + (step.Reasons.Count > 0 ? $": {step.Reasons[0]}" : ""));
        table.Write(context.Terminal.Out);
        return ExitCode.Success;
    }

    private ExitCode Explain(BuilderStore store, BuildRecord now, string wanted)
    {
        int index = StepLookup.Find(now, wanted);
        StepRecord step = now.Steps[index];
        TextWriter output = context.Terminal.Out;
        output.Write($"{step.Label} (line {step.Line})\n");
        output.Write($"{now.StartedAt.ToLocalTime():yyyy-MM-dd HH:mm:ss}: {VerdictOf(step)}\n");
        foreach (string reason in step.Reasons) output.Write($"  {reason}\n");
        foreach (BuildRecord before in store.History.Latest(now.Project).Skip(1))
        {
            if (CacheExplanation.Compare(store, now, before, index) is not { } differences) continue;
            output.Write($"compared with the build at {before.StartedAt.ToLocalTime():yyyy-MM-dd HH:mm:ss}:\n");
            if (differences.Count == 0) output.Write("  nothing differs\n");
            foreach (string difference in differences) output.Write($"  {difference}\n");
            return ExitCode.Success;
        }

        output.Write("no earlier build of this context had the step\n");
        return ExitCode.Success;
    }

    private static string VerdictOf(StepRecord step) => step.Verdict switch
    {
        StepVerdict.Unused or StepVerdict.Cached => "cached",
        StepVerdict.Failed => "not finished",
        _ => "executed",
    };
}

/// <summary>The operand of <c>cache why</c>.</summary>
internal sealed class CacheWhyGrammar : CommandGrammar
{
    private readonly Argument<string[]> _step = Flags.Operands(
        "STEP", "A step of the last build: its number in the list printed without STEP, STAGE/LINE or :LINE, or a part of its text", 0, 1);

    /// <inheritdoc/>
    public override void Declare(Command command) => command.Add(_step);

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        string? step = parsed.GetValue(_step)!.FirstOrDefault();
        return new BoundCommand((context, _) => Task.FromResult(new CacheWhyCommand(context).Run(step)));
    }
}
