using Builder.Graph.Lowering.Stages;
using Builder.Oci;

namespace Builder.Graph.Checks.Rules;

/// <summary><c>FROM --platform=linux/amd64</c>.</summary>
internal static class FromPlatformFlagConstDisallowed
{
    public static CheckRule Rule { get; } = new(
        nameof(FromPlatformFlagConstDisallowed), CheckGroup.Standard, "FROM --platform takes a variable, not a fixed platform")
    { Run = Run };

    private static void Run(CheckContext context)
    {
        foreach (StageSyntax stage in context.AllStages.Stages)
        {
            if (stage.From.Platform is not { } word || word.Text.Contains('$', StringComparison.Ordinal) || Parse(word.Text) is not { } platform) continue;
            string name = stage.Name ?? "";
            if (name.Contains(platform.Os, StringComparison.Ordinal) || name.Contains(platform.Architecture, StringComparison.Ordinal)) continue;
            context.Report(
                Rule,
                word.Span,
                $"the platform is always {word.Text}, whatever the build is for",
                $"use $BUILDPLATFORM for a stage that makes files, else leave the flag out; a stage named after its platform, such as 'base-{platform.Architecture}', may keep it");
        }
    }

    private static Platform? Parse(string text)
    {
        try
        {
            return Platform.Parse(text);
        }
        catch (FormatException)
        {
            return null; // an error that lowering reports
        }
    }
}
