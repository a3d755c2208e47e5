using System.Collections.Immutable;
using Builder.Graph.Lowering.Stages;
using Builder.Oci.Collections;
using Builder.Parser.Syntax;

namespace Builder.Graph.Checks;

/// <summary>What a stage hands on to one built on it, as far as its text tells.</summary>
/// <param name="Shell">The SHELL in force; null for the default.</param>
/// <param name="HasWorkingDirectory">Whether a WORKDIR holds.</param>
/// <param name="User">The USER instruction in force, or null.</param>
internal sealed record StageFacts(EquatableArray<string>? Shell, bool HasWorkingDirectory, UserInstruction? User)
{
    private static readonly StageFacts Nothing = new(null, false, null);

    /// <summary>The facts at the end of each stage, by index.</summary>
    public static ImmutableArray<StageFacts> Evaluate(CheckContext context)
    {
        var facts = ImmutableArray.CreateBuilder<StageFacts>(context.AllStages.Stages.Length);
        foreach (StageSyntax stage in context.AllStages.Stages)
        {
            StageFacts current = Before(context, stage, index => facts[index]);
            foreach (Instruction instruction in stage.Instructions) current = current.After(instruction);
            facts.Add(current);
        }

        return facts.MoveToImmutable();
    }

    /// <summary>The facts where a stage begins.</summary>
    /// <param name="context">What is checked.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="known">Facts of the stages above it.</param>
    public static StageFacts Before(CheckContext context, StageSyntax stage, Func<int, StageFacts> known)
    {
        if (context.BaseOf(stage) is StageSource source) return known(source.Index);
        if (context.ImageOf(stage) is not { } image) return Nothing;
        bool hasDirectory = image.Config.Config.WorkingDir is { Length: > 0 } directory && directory != "/";
        return new StageFacts(image.Config.Config.Shell is { Count: > 0 } shell ? shell : null, hasDirectory, null);
    }

    /// <summary>The facts behind an instruction.</summary>
    public StageFacts After(Instruction instruction) => instruction switch
    {
        ShellInstruction shell => this with { Shell = new([.. shell.Arguments.Select(word => word.Text)]) },
        WorkdirInstruction => this with { HasWorkingDirectory = true },
        UserInstruction user => this with { User = user },
        _ => this,
    };
}
