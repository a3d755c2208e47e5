using System.Collections.Immutable;
using Builder.Graph.Lowering;
using Builder.Graph.Lowering.Stages;
using Builder.Parser;
using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Graph.Checks;

/// <summary>What checks look at, and where they report.</summary>
/// <param name="request">What is built.</param>
/// <param name="stages">All stages.</param>
/// <param name="scope">The global arguments.</param>
/// <param name="bases">What each stage is built on; null where that isn't known.</param>
/// <param name="reached">Indexes of the stages that are looked into.</param>
/// <param name="settings">What the check directive says.</param>
internal sealed class CheckContext(
    LoweringRequest request,
    StageList stages,
    GlobalScope scope,
    ImmutableArray<StageBase?> bases,
    IReadOnlySet<int> reached,
    CheckSettings settings)
{
    /// <summary>Most findings that are kept, so that a hostile file can't fill the memory or the terminal.</summary>
    internal const int Limit = 1000;

    private readonly List<CheckFinding> _findings = [];
    private ImmutableArray<RunScript>? _runs;
    private ImmutableArray<StageFacts>? _facts;

    public LoweringRequest Request => request;

    public ParseResult Parsed => request.Parsed;

    public SourceText Source => request.Parsed.Source;

    public GlobalScope Scope => scope;

    public StageList AllStages => stages;

    /// <summary>The stages that are looked into.</summary>
    public IEnumerable<StageSyntax> Stages => stages.Stages.Where(stage => reached.Contains(stage.Index));

    public IReadOnlyList<CheckFinding> Findings => _findings;

    public bool IsFull => _findings.Count >= Limit;

    /// <summary>The RUN instructions whose shell is understood, with their text taken apart.</summary>
    public ImmutableArray<RunScript> Runs => _runs ??= RunScript.ReadAll(this);

    /// <summary>What holds at the end of each stage, by index.</summary>
    private ImmutableArray<StageFacts> Facts => _facts ??= StageFacts.Evaluate(this);

    /// <summary>What a stage is built on, or null.</summary>
    public FileSystemSource? BaseOf(StageSyntax stage) => bases.IsDefault ? null : bases[stage.Index]?.Source;

    /// <summary>The config of the image a stage is built on when it is an image and known.</summary>
    public ResolvedImage? ImageOf(StageSyntax stage) =>
        BaseOf(stage) is ImageSource image && request.Images.TryGetValue(image.Request.Key, out ResolvedImage? resolved) ? resolved : null;

    /// <summary>What holds where a stage begins.</summary>
    public StageFacts FactsBefore(StageSyntax stage) => StageFacts.Before(this, stage, index => Facts[index]);

    /// <summary>The instructions of a stage, those inside ONBUILD in place of it.</summary>
    public static IEnumerable<Instruction> InstructionsOf(StageSyntax stage) =>
        stage.Instructions.Select(instruction => instruction is OnbuildInstruction { Inner: { } inner } ? inner : instruction);

    /// <summary>Whether a comment above an instruction switches a check off there.</summary>
    public static bool IsSkippedAbove(Instruction instruction, CheckRule rule) =>
        CheckSettings.Above(instruction) is { } own && rule.Group != CheckGroup.Experimental && !own.Allows(rule);

    /// <summary>Whether a check is wanted at all.</summary>
    public bool IsWanted(CheckRule rule) =>
        settings.Allows(rule) && (rule.Group != CheckGroup.Advice || request.Checks.Advice);

    /// <summary>Reports a finding.</summary>
    /// <param name="rule">The check.</param>
    /// <param name="span">The culprit.</param>
    /// <param name="message">What is wrong with it.</param>
    /// <param name="hint">What to do.</param>
    /// <param name="fix">The change that does it.</param>
    public void Report(CheckRule rule, SourceSpan span, string message, string? hint, TextEdit? fix = null)
    {
        if (!IsFull) _findings.Add(new CheckFinding(rule, new Diagnostic(rule.Name, Severity.Warning, message, span, hint), fix));
    }
}
