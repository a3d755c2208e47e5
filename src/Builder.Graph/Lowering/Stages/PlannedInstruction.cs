using System.Collections.Immutable;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Graph.Lowering.Stages;

/// <summary>An instruction as a stage is going to run it.</summary>
/// <param name="Instruction">What to do.</param>
/// <param name="Text">The text its spans refer to.</param>
/// <param name="Escape">The escape character of that text.</param>
internal sealed record PlannedInstruction(Instruction Instruction, SourceText Text, char Escape)
{
    /// <summary>True for an ONBUILD trigger of the base.</summary>
    public bool IsTrigger { get; init; }

    /// <summary>Where to report findings when <see cref="Text"/> isn't the Dockerfile: the FROM that brought the trigger in.</summary>
    public SourceSpan? ReportAt { get; init; }

    /// <summary>What each <c>from</c> in it names, by the name as written.</summary>
    public ImmutableDictionary<string, FileSystemSource> Sources { get; init; } = ImmutableDictionary<string, FileSystemSource>.Empty;

    /// <summary>Whether progress counts it: it makes a file system.</summary>
    public bool IsStep => Instruction is RunInstruction or CopyInstruction or WorkdirInstruction;
}

/// <summary>A stage that the target needs, ready to be lowered.</summary>
/// <param name="Base">What it is built on.</param>
/// <param name="Instructions">Triggers of the base first.</param>
internal sealed record StagePlan(StageBase Base, ImmutableArray<PlannedInstruction> Instructions);
