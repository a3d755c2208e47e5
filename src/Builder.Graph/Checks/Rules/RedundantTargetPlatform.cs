using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Graph.Checks.Rules;

/// <summary><c>FROM --platform=$TARGETPLATFORM</c>, which is what holds anyway.</summary>
internal static class RedundantTargetPlatform
{
    public static CheckRule Rule { get; } = new(
        nameof(RedundantTargetPlatform), CheckGroup.Standard, "FROM needs no --platform=$TARGETPLATFORM: that is the default")
    { Run = Run };

    private static void Run(CheckContext context)
    {
        foreach (FromInstruction from in context.AllStages.Stages.Select(stage => stage.From))
        {
            if (from.Platform is not { } platform || platform.Text.Trim('"') is not ("$TARGETPLATFORM" or "${TARGETPLATFORM}")) continue;
            var flag = SourceSpan.FromBounds(from.Keyword.Span.End, from.Image.Span.Start);
            context.Report(
                Rule, platform.Span, $"--platform={platform.Text} says what holds without it", "remove the flag", new TextEdit(flag, " "));
        }
    }
}
