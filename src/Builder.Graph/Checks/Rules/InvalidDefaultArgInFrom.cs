using System.Collections.Immutable;
using Builder.Graph.Lowering;
using Builder.Graph.Lowering.Stages;
using Builder.Parser.Syntax;

namespace Builder.Graph.Checks.Rules;

/// <summary>A FROM that can't be built without <c>--build-arg</c>.</summary>
internal static class InvalidDefaultArgInFrom
{
    public static CheckRule Rule { get; } = new(
        nameof(InvalidDefaultArgInFrom), CheckGroup.Standard, "The ARGs that FROM uses have defaults that make a valid image name")
    { Run = Run };

    private static void Run(CheckContext context)
    {
        var ignored = new Findings();
        LoweringRequest bare = context.Request with { BuildArguments = ImmutableSortedDictionary<string, string>.Empty };
        GlobalScope defaults = GlobalScope.Evaluate(bare, context.AllStages, new TextBudget(), ignored);
        foreach (StageSyntax stage in context.AllStages.Stages)
        {
            Word image = stage.From.Image;
            if (!image.Text.Contains('$', StringComparison.Ordinal)) continue;
            if (defaults.Expand(image, ignored) is not { } name || StageBase.TryReadImage(name, out _, out _)) continue;
            string what = name.Length == 0 ? "is empty" : $"becomes '{name}', which is no image name,";
            context.Report(
                Rule,
                image.Span,
                $"'{image.Text}' {what} unless --build-arg is given",
                "give the ARG above the first FROM a default that works, ARG NAME=default, or use ${NAME:-default} here");
        }
    }
}
