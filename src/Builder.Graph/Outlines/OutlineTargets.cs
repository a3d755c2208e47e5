using Builder.Graph.Checks;
using Builder.Graph.Lowering;
using Builder.Graph.Lowering.Stages;
using Builder.Oci.Collections;
using Builder.Parser;

namespace Builder.Graph.Outlines;

/// <summary>Lists the stages of a Dockerfile.</summary>
public static class OutlineTargets
{
    /// <summary>The stages in order; the last one is the default.</summary>
    public static EquatableArray<OutlineTarget> Of(ParseResult parsed)
    {
        StageList stages = StageList.Split(parsed, new Findings());
        return new([.. stages.Stages.Select(stage => new OutlineTarget(
            stage.Name,
            stage.Index == stages.Stages.Length - 1,
            DescriptionOf(stage),
            stage.From.Image.Text,
            stage.From.Platform?.Text,
            stage.From.Span))]);
    }

    /// <summary>What the comment above a stage says of it, or null.</summary>
    internal static string? DescriptionOf(StageSyntax stage) =>
        stage.From.StageName is { } name ? Descriptions.Of(stage.From, name.Text) ?? Descriptions.Of(stage.From, name.Text.ToLowerInvariant()) : null;
}
