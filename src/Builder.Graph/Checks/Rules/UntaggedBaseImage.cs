using Builder.Graph.Lowering.Stages;
using Builder.Oci;

namespace Builder.Graph.Checks.Rules;

/// <summary>A base image without a tag, or with <c>latest</c>.</summary>
internal static class UntaggedBaseImage
{
    public static CheckRule Rule { get; } =
        new(nameof(UntaggedBaseImage), CheckGroup.Advice, "Base images have a tag other than latest, or a digest") { Run = Run };

    private static void Run(CheckContext context)
    {
        foreach (StageSyntax stage in context.Stages)
        {
            if (context.BaseOf(stage) is not ImageSource source) continue;
            ImageReference reference = source.Request.Reference;
            if (reference.Digest is not null || reference.Tag is not (null or "latest")) continue;
            context.Report(
                Rule, stage.From.Image.Span, $"'{stage.From.Image.Text}' is another image whenever a new one comes out", $"name a version: {reference.FamiliarRepository}:TAG, or a digest");
        }
    }
}
