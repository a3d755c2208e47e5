using System.Collections.Immutable;
using Builder.Graph.Lowering.Mounts;
using Builder.Oci.Images;
using Builder.Parser;
using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Graph.Lowering.Stages;

/// <summary>Finds the stages and images the target needs, triggers of bases included.</summary>
internal sealed class StagePlanner(LoweringRequest request, StageList stages, ImmutableArray<StageBase?> bases, Findings findings)
{
    private readonly FromResolver _resolver = new(stages, request);
    private readonly SortedDictionary<int, StagePlan> _plans = [];
    private readonly Dictionary<string, ImageRequest> _missing = new(StringComparer.Ordinal);
    private readonly Stack<int> _pending = new();

    /// <summary>The needed stages in file order: each after those it uses.</summary>
    public IEnumerable<StagePlan> Plans => _plans.Values;

    /// <summary>Images whose config must be known to go on, in the order of their lines.</summary>
    public IEnumerable<ImageRequest> Missing => _missing.Values.OrderBy(image => image.Line);

    /// <summary>Whether every needed stage could be planned.</summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>Plans a stage and everything it needs.</summary>
    public void Plan(int target)
    {
        // A list of what is left rather than recursion: a hostile file can chain any number of stages.
        _pending.Push(target);
        while (_pending.TryPop(out int index))
        {
            if (_plans.ContainsKey(index)) continue;
            if (bases[index] is { } stage) _plans.Add(index, PlanStage(stage));
            else IsComplete = false;
        }
    }

    /// <summary>Plans every stage, whether something needs it or not.</summary>
    public void PlanAll()
    {
        for (int index = 0; index < bases.Length; index++) Plan(index);
    }

    private StagePlan PlanStage(StageBase stage)
    {
        Need(stage.Source);
        if (stage.IsReplaced) return new StagePlan(stage, []);
        SourceText text = request.Parsed.Source;
        char escape = request.Parsed.Dockerfile.EscapeCharacter;
        var instructions = ImmutableArray.CreateBuilder<PlannedInstruction>();
        foreach (PlannedInstruction trigger in TriggersOf(stage)) instructions.Add(ResolveSources(trigger, stage.Syntax));
        foreach (Instruction instruction in stage.Syntax.Instructions)
            instructions.Add(ResolveSources(new PlannedInstruction(instruction, text, escape), stage.Syntax));
        return new StagePlan(stage, instructions.ToImmutable());
    }

    private void Need(FileSystemSource source)
    {
        if (source is StageSource stage) _pending.Push(stage.Index);
        if (source is ImageSource image && !request.Images.ContainsKey(image.Request.Key))
            _missing.TryAdd(image.Request.Key, image.Request);
    }

    private IEnumerable<PlannedInstruction> TriggersOf(StageBase stage)
    {
        if (stage.Source is StageSource parent)
        {
            if (bases[parent.Index] is { IsReplaced: true }) return [];
            ParseResult parsed = request.Parsed;
            SourceSpan at = stage.Syntax.From.Image.Span;
            return stages.Stages[parent.Index].Instructions.OfType<OnbuildInstruction>().SelectMany(onbuild =>
                onbuild.Inner is { } inner
                    ? [new PlannedInstruction(inner, parsed.Source, parsed.Dockerfile.EscapeCharacter) { IsTrigger = true }]
                    : ParseTrigger(onbuild.Trigger, at, $"the stage '{stage.Syntax.From.Image.Text}'"));
        }

        if (stage.Source is not ImageSource image || !request.Images.TryGetValue(image.Request.Key, out ResolvedImage? resolved)) return [];
        ContainerConfig config = resolved.Config.Config;
        return (config.OnBuild ?? []).SelectMany(trigger => ParseTrigger(trigger, stage.Syntax.From.Image.Span, image.Request.Reference.FamiliarName));
    }

    private IEnumerable<PlannedInstruction> ParseTrigger(string trigger, SourceSpan reportAt, string owner)
    {
        var text = new SourceText(trigger, $"ONBUILD trigger of {owner}");
        ParseResult parsed = DockerfileParser.Parse(text);
        SyntaxList<Instruction> instructions = parsed.Dockerfile.Instructions;
        string? problem = parsed.Diagnostics.FirstOrDefault(d => d.Severity == Severity.Error)?.Message
            ?? (instructions.Count != 1 ? "it must be a single instruction" : null)
            ?? (IsForbidden(instructions[0]) ? "this instruction can't be a trigger" : null);
        if (problem is not null)
        {
            findings.Error(
                "BLD2015",
                $"the ONBUILD trigger '{FirstLine(trigger)}' of {owner} can't be run: {problem}",
                reportAt);
            return [];
        }

        return [new PlannedInstruction(instructions[0], text, parsed.Dockerfile.EscapeCharacter) { IsTrigger = true, ReportAt = reportAt }];
    }

    private PlannedInstruction ResolveSources(PlannedInstruction planned, StageSyntax user)
    {
        IEnumerable<(Word Name, string Flag, bool ByIndex)> names = planned.Instruction switch
        {
            CopyInstruction { Flags.From: { } from } copy => [(from, copy.IsAdd ? "ADD --from" : "COPY --from", true)],
            RunInstruction run => run.Mounts.Select(MountFields.FindFrom).OfType<Word>().Select(from => (from, "RUN --mount from", false)),
            _ => [],
        };
        var sources = ImmutableDictionary.CreateBuilder<string, FileSystemSource>(StringComparer.Ordinal);
        SourceSpan place = planned.ReportAt ?? planned.Instruction.Keyword.Span;
        int line = request.Parsed.Source.PositionOf(place.Start).Line;
        foreach ((Word name, string flag, bool byIndex) in names)
        {
            FileSystemSource? source = _resolver.Resolve(
                name, flag, user, byIndex, line, d => findings.Add(planned.ReportAt is { } span ? d with { Span = span } : d));
            if (source is null) continue;
            Need(source);
            sources[name.Text] = source;
        }

        return planned with { Sources = sources.ToImmutable() };
    }

    private static bool IsForbidden(Instruction instruction) =>
        instruction is FromInstruction or OnbuildInstruction or MaintainerInstruction;

    private static string FirstLine(string text)
    {
        int end = text.IndexOf('\n', StringComparison.Ordinal);
        return end < 0 ? text : text[..end] + "...";
    }
}
