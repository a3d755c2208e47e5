using System.Collections.Immutable;
using Builder.Graph.Checks;
using Builder.Graph.Lowering.Stages;
using Builder.Graph.Outlines;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Parser;
using Builder.Parser.Diagnostics;

namespace Builder.Graph.Lowering;

/// <summary>Turns a syntax tree into an instruction DAG. Pure: no I/O, no clock, no environment.</summary>
public static class DockerfileLowering
{
    /// <summary>
    /// Lowers as far as the known images allow. Findings about the words of instructions come once all images are known: their meaning
    /// depends on the variables that images set.
    /// </summary>
    /// <param name="request">What to lower.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static LoweringResult Lower(LoweringRequest request, CancellationToken cancellationToken = default)
    {
        var findings = new Findings();
        var budget = new TextBudget();
        CheckSettings settings = CheckSettings.Of(request, findings);
        StageList stages = StageList.Split(request.Parsed, findings);
        GlobalScope scope = GlobalScope.Evaluate(request, stages, budget, findings);
        ImmutableArray<StageBase?> bases = StageBase.ResolveAll(stages, scope, request, findings);
        if (FindTarget(request, stages, findings) is not { } target) return Finished(null, stages.Stages.Select(stage => stage.Index));

        var planner = new StagePlanner(request, stages, bases, findings);
        if (request.Checks.AllStages) planner.PlanAll();
        else planner.Plan(target.Index);
        IEnumerable<int> reached = planner.Plans.Select(plan => plan.Base.Syntax.Index);
        bool failed = findings.HasErrors || request.Parsed.HasErrors;
        ImmutableArray<ImageRequest> missing = [.. planner.Missing];
        if (!planner.IsComplete) return Finished(null, reached);
        var context = new LoweringContext(request, stages, scope, budget, findings) { CancellationToken = cancellationToken };
        if (!missing.IsEmpty)
        {
            // What is wrong whatever the images hold is told now, with the other errors and before anything is fetched.
            LowerAll(planner, new LoweringContext(Assume(request, missing), stages, scope, budget, findings) { Assumed = [.. missing.Select(m => m.Key)], CancellationToken = cancellationToken });
            if (failed || findings.HasErrors) return Finished(null, reached);
            return new(new(missing), null, new([.. findings.InSourceOrder]), new CheckReport([], false));
        }

        LowerAll(planner, context);
        if (!budget.IsExhausted && context.TryFinished(target.Index) is { } image) ConfigLimit.Check(image, request.Labels, findings);
        if (failed || findings.HasErrors) return Finished(null, reached);
        Outline outline = new OutlineBuilder(context).Build(target, planner.Plans);
        return Finished(Finish(context, context.Finished(target.Index)), reached) with { Outline = outline };

        LoweringResult Finished(LoweredBuild? build, IEnumerable<int> reached)
        {
            var checks = new CheckContext(request, stages, scope, bases, reached.ToHashSet(), settings);
            ILookup<bool, Diagnostic> byKind = findings.InSourceOrder.ToLookup(d => CheckRules.Find(d.Code) is not null);
            return new LoweringResult([], build, new([.. byKind[false]]), Checker.Run(checks, settings, byKind[true], cancellationToken));
        }
    }

    private static void LowerAll(StagePlanner planner, LoweringContext context)
    {
        foreach (StagePlan plan in planner.Plans)
        {
            if (context.Budget.IsExhausted) break;
            StageLowering.Lower(plan, context);
        }
    }

    private static LoweringRequest Assume(LoweringRequest request, ImmutableArray<ImageRequest> missing)
    {
        var unknown = new ImageConfig { Os = "linux", Architecture = "", Config = new ContainerConfig { WorkingDir = "/unknown" } };
        return request with { Images = request.Images.AddRange(missing.Select(m => KeyValuePair.Create(m.Key, new ResolvedImage(default, unknown)))) };
    }

    private static StageSyntax? FindTarget(LoweringRequest request, StageList stages, Findings findings)
    {
        if (stages.Stages.IsEmpty || FromIsMissing(request.Parsed)) return null;
        if (request.Target is not { } name) return stages.Stages[^1];
        if (stages.FindLast(name) is { } stage) return stage;
        string[] names = [.. stages.Names.Distinct(StringComparer.Ordinal)];
        string known = names.Length == 0 ? "no stage of this Dockerfile has a name" : "the stages are " + string.Join(", ", names);
        string hint = Suggestion.Hint(name, names) ?? known;
        findings.Error("BLD2005", $"the target stage '{name}' doesn't exist", default, hint);
        return null;
    }

    // A FROM that wasn't understood shifts the instructions below it into the stage above, where they would be judged wrongly.
    private static bool FromIsMissing(ParseResult parsed) => parsed.Diagnostics
        .Where(d => d.Severity == Severity.Error)
        .Select(d => parsed.Source.LineText(parsed.Source.PositionOf(d.Span.Start).Line))
        .Any(line => line.TrimStart().StartsWith("FROM", StringComparison.OrdinalIgnoreCase));

    private static LoweredBuild Finish(LoweringContext context, StageState target)
    {
        LoweringRequest request = context.Request;
        BuildGraph graph = context.Graph.Build(target.Current, out Func<VertexId, VertexId?> renumber);
        ImageConfig image = target.Image;
        if (!request.Labels.IsEmpty)
        {
            var labels = image.Config.Labels ?? ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
            image = image with { Config = image.Config with { Labels = labels.SetItems(request.Labels) } };
        }

        // An image built for another platform is of that platform, whatever its last base (a build tool, say) was made for.
        Platform platform = request.TargetPlatform;
        if (platform != request.BuildPlatform)
            image = image with { Os = platform.Os, Architecture = platform.Architecture, Variant = platform.Variant };
        HistoryItem[] history = [.. target.History.Select(item => item with { Vertex = item.Vertex is { } vertex ? renumber(vertex) : null })];
        return new LoweredBuild(graph, image, new([.. history]), target.BaseImage);
    }
}
