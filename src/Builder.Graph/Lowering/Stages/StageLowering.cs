using System.Text.Json;
using Builder.Graph.Checks.Rules;
using Builder.Graph.Lowering.Instructions;
using Builder.Graph.Lowering.Values;
using Builder.Graph.Operations;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Parser.Syntax;

namespace Builder.Graph.Lowering.Stages;

/// <summary>Lowers one stage after those it uses.</summary>
internal static class StageLowering
{
    /// <summary>Adds the stage's vertices and returns what became of its config.</summary>
    public static StageState Lower(StagePlan plan, LoweringContext context)
    {
        StageState state = Begin(plan, context);
        state.WorkingDirectorySet = plan.Base.Source is StageSource parent && context.Finished(parent.Index).WorkingDirectorySet;
        foreach (PlannedInstruction planned in plan.Instructions)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            var scope = new InstructionScope(context, state, planned);
            InstructionLowering.Lower(scope);
            scope.Finish();
            if (!context.Budget.IsExhausted) continue;
            GlobalScope.ReportExhausted(planned.ReportAt ?? planned.Instruction.Keyword.Span, context.Findings);
            break;
        }

        context.Finish(state);
        return state;
    }

    private static StageState Begin(StagePlan plan, LoweringContext context)
    {
        StageBase stage = plan.Base;
        int total = plan.Instructions.Count(instruction => instruction.IsStep) + (stage.Source is ImageSource or ContextSource ? 1 : 0);
        string? label = context.Stages.Stages.Length == 1 ? null : stage.Syntax.Name ?? $"stage-{stage.Syntax.Index}";
        if (context.Request.ShowsPlatform) label = label is null ? stage.Platform.ToString() : $"{stage.Platform} {label}";
        var steps = new StepLabels(label, total);
        var from = stage.Syntax.From;
        var origin = new VertexOrigin(
            "FROM scratch", InstructionScope.StageNameOf(stage.Syntax), context.LineOf(from.Span.Start), from.Text);
        switch (stage.Source)
        {
            case StageSource source:
                StageState parent = context.Finished(source.Index);
                context.Budget.Spend(parent.History.Count + parent.Environment.CopySize);
                StageState child = Prepare(
                    plan, steps, parent.Current, parent.Image, parent.BaseImage, parent.Environment.Copy(), [.. parent.History], parent.EnvironmentIsOpen);
                child.NoteEntry(parent.LargestEntry.Length, parent.LargestEntry.Place);
                return child;
            case ImageSource source:
                ResolvedImage image = context.Request.Images[source.Request.Key];
                CheckPlatform(source.Request, image.Config, from, context);
                string text = steps.Next($"FROM {source.Request.Reference}", isTrigger: false);
                VertexId root = context.AddImage(source.Request, image, origin with { Label = text });
                return Prepare(plan, steps, root, Derived(image.Config, stage.Platform), image, new EnvironmentList(), [], context.Assumed.Contains(source.Request.Key));
            case ContextSource source:
                VertexOrigin named = origin with { Label = steps.Next($"FROM {source.Name}", isTrigger: false) };
                VertexId files = AddContextFiles(source, named, context);
                return Prepare(plan, steps, files, Empty(stage.Platform), null, new EnvironmentList(), [new HistoryItem($"FROM {source.Name}", files)], environmentIsOpen: false);
            default:
                VertexId scratch = context.Graph.Add(new ScratchOperation(), [], origin);
                return Prepare(plan, steps, scratch, Empty(stage.Platform), null, new EnvironmentList(), [], environmentIsOpen: false);
        }
    }

    private static void CheckPlatform(ImageRequest wanted, ImageConfig image, FromInstruction from, LoweringContext context)
    {
        Platform platform = wanted.Platform;
        if (image.Os.Length == 0 || image.Architecture.Length == 0) return;
        if (image.Os == platform.Os && image.Architecture == platform.Architecture) return;
        context.Findings.Warning(
            InvalidBaseImagePlatform.Rule.Name,
            $"{wanted.Reference.FamiliarName} is for {image.Os}/{image.Architecture}, but {platform} is wanted",
            from.Image.Span,
            "name an image for that platform, or say with --platform which one is meant");
    }

    // A context has no layers: its files become one.
    private static VertexId AddContextFiles(ContextSource source, VertexOrigin origin, LoweringContext context)
    {
        VertexId empty = context.Graph.Add(new ScratchOperation(), [], origin with { Label = "FROM scratch" });
        var copy = new CopyOperation { Sources = [""], Destination = "/", FromImage = source.KeepsOwners };
        return context.Graph.Add(copy, [empty, context.AddContext(source, origin)], origin);
    }

    private static StageState Prepare(
        StagePlan plan,
        StepLabels steps,
        VertexId current,
        ImageConfig image,
        ResolvedImage? baseImage,
        EnvironmentList environment,
        List<HistoryItem> history,
        bool environmentIsOpen)
    {
        ContainerConfig config = image.Config;
        if (!(config.Env ?? []).Any(pair => pair.StartsWith("PATH=", StringComparison.Ordinal)))
            config = config with { Env = new([.. config.Env ?? [], "PATH=" + StageState.DefaultPath]) };
        if (config.WorkingDir is { Length: > 0 } directory) config = config with { WorkingDir = ContainerPath.Resolve("/", directory) };

        // The image's variables are set anew on top of the arguments that came with a parent stage, so here ENV wins over a later ARG.
        foreach (string pair in config.Env ?? [])
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            environment.Set(equals < 0 ? pair : pair[..equals], equals < 0 ? "" : pair[(equals + 1)..]);
        }

        return new StageState(plan, steps)
        {
            Current = current,
            Image = image with { Config = config with { OnBuild = null } },
            BaseImage = baseImage,
            Environment = environment,
            History = history,
            EnvironmentIsOpen = environmentIsOpen,
        };
    }

    private static ImageConfig Empty(Platform platform) => new()
    {
        Os = platform.Os,
        Architecture = platform.Architecture,
        Variant = platform.Variant,
        Config = new ContainerConfig { WorkingDir = "/" },
    };

    // What another builder noted about the base (its container, its own id) says nothing of the image built on it.
    private static ImageConfig Derived(ImageConfig image, Platform platform) => image with
    {
        Created = null,
        Os = image.Os.Length > 0 ? image.Os : platform.Os,
        Architecture = image.Architecture.Length > 0 ? image.Architecture : platform.Architecture,
        Config = image.Config with { Unknown = null },
        Unknown = PlatformFields(image.Unknown) is { Count: > 0 } kept ? kept : null,
    };

    private static Dictionary<string, JsonElement>? PlatformFields(Dictionary<string, JsonElement>? fields) =>
        fields?.Where(field => field.Key.StartsWith("os.", StringComparison.Ordinal)).ToDictionary();
}
