using System.Collections.Immutable;
using Builder.Parser;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Graph.Lowering.Stages;

/// <summary>One FROM with the instructions that follow it.</summary>
/// <param name="Index">Place in the file, from 0.</param>
/// <param name="From">Its FROM.</param>
/// <param name="Instructions">What follows, up to the next FROM.</param>
internal sealed record StageSyntax(int Index, FromInstruction From, ImmutableArray<Instruction> Instructions)
{
    /// <summary>Lower-cased, as stages are looked up; null when there is none.</summary>
    public string? Name { get; } = From.StageName?.Text.ToLowerInvariant();
}

/// <summary>A Dockerfile taken apart.</summary>
/// <param name="GlobalArguments">ARG lines before the first FROM.</param>
/// <param name="Stages">In order.</param>
internal sealed record StageList(ImmutableArray<ArgInstruction> GlobalArguments, ImmutableArray<StageSyntax> Stages)
{
    /// <summary>Most names that a misspelt one is compared with: the comparison of thousands with thousands would take minutes.</summary>
    private const int MaxCompared = 512;

    private readonly Dictionary<string, StageSyntax> _lastOfName = LastOfEachName(Stages);

    /// <summary>Names that a misspelt one in a stage may have meant, the nearest above first.</summary>
    public IEnumerable<string> NamesAbove(int index) =>
        Stages[Math.Max(0, index - MaxCompared)..index].Reverse().Select(stage => stage.Name).OfType<string>();

    /// <summary>Names of all stages that have one.</summary>
    public IEnumerable<string> Names => Stages.Select(stage => stage.Name).OfType<string>();

    /// <summary>The last stage of a name, whatever its case; null when there is none.</summary>
    public StageSyntax? FindLast(string name) => _lastOfName.GetValueOrDefault(name);

    /// <summary>Groups instructions into stages.</summary>
    public static StageList Split(ParseResult parsed, Findings findings)
    {
        DockerfileSyntax dockerfile = parsed.Dockerfile;
        var global = ImmutableArray.CreateBuilder<ArgInstruction>();
        var stages = ImmutableArray.CreateBuilder<StageSyntax>();
        var body = ImmutableArray.CreateBuilder<Instruction>();
        FromInstruction? from = null;
        foreach (Instruction instruction in dockerfile.Instructions)
        {
            if (instruction is FromInstruction next)
            {
                if (from is not null) stages.Add(new StageSyntax(stages.Count, from, body.DrainToImmutable()));
                from = next;
            }
            else if (from is not null)
            {
                body.Add(instruction);
            }
            else if (instruction is ArgInstruction arguments)
            {
                global.Add(arguments);
            }
            else if (!parsed.HasErrors)
            {
                // With syntax errors the FROM may be there and not have been understood.
                string keyword = instruction.Keyword.Text.ToUpperInvariant();
                findings.Error(
                    "BLD2002",
                    $"{keyword} stands before the first FROM, where only ARG may",
                    instruction.Keyword.Span,
                    "begin with FROM and the image to build on, or 'FROM scratch'");
            }
        }

        if (from is not null) stages.Add(new StageSyntax(stages.Count, from, body.DrainToImmutable()));
        else if (!parsed.HasErrors) ReportNoStage(dockerfile, findings);
        return new StageList(global.ToImmutable(), stages.ToImmutable());
    }

    private static Dictionary<string, StageSyntax> LastOfEachName(ImmutableArray<StageSyntax> stages)
    {
        var last = new Dictionary<string, StageSyntax>(StringComparer.OrdinalIgnoreCase);
        foreach (StageSyntax stage in stages)
        {
            if (stage.Name is { } name) last[name] = stage;
        }

        return last;
    }

    private static void ReportNoStage(DockerfileSyntax dockerfile, Findings findings)
    {
        bool hasInstructions = dockerfile.Instructions.Count > 0;
        string message = hasInstructions && dockerfile.Instructions.All(i => i is ArgInstruction)
            ? "the Dockerfile has only ARG lines: there is nothing to build"
            : "the Dockerfile has no FROM: there is nothing to build";
        SourceSpan place = hasInstructions ? dockerfile.Instructions[^1].Keyword.Span : default;
        findings.Error("BLD2001", message, place, "add FROM and the image to build on, or 'FROM scratch'");
    }
}
