using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Builder.Oci;
using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Graph.Lowering.Stages;

/// <summary>A stage whose FROM has been understood.</summary>
/// <param name="Syntax">As written.</param>
/// <param name="Source">What it is built on.</param>
/// <param name="Platform">Of its base image.</param>
internal sealed record StageBase(StageSyntax Syntax, FileSystemSource Source, Platform Platform)
{
    /// <summary>Whether a named context stands in for the whole stage, its instructions included.</summary>
    public bool IsReplaced { get; init; }

    /// <summary>Resolves every FROM; null where that failed, which has been reported.</summary>
    public static ImmutableArray<StageBase?> ResolveAll(StageList stages, GlobalScope scope, LoweringRequest request, Findings findings)
    {
        var resolved = ImmutableArray.CreateBuilder<StageBase?>(stages.Stages.Length);
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (StageSyntax stage in stages.Stages)
        {
            resolved.Add(Resolve(stage, stages, names, scope, request, findings));
            if (stage.Name is { } name) names[name] = stage.Index;
        }

        return resolved.MoveToImmutable();
    }

    private static StageBase? Resolve(
        StageSyntax stage, StageList stages, Dictionary<string, int> names, GlobalScope scope, LoweringRequest request, Findings findings)
    {
        Platform? platform = request.TargetPlatform;
        if (stage.From.Platform is { } word) platform = ReadPlatform(word, stages, scope, findings);
        string? image = scope.ExpandInFrom(stage.From.Image, stages, findings);
        SourceSpan span = stage.From.Image.Span;
        int line = request.Parsed.Source.PositionOf(span.Start).Line;
        if (stage.Name is { } own && platform is not null && NamedSource.Find(request, own, platform, span, line) is { } replacement)
            return new StageBase(stage, replacement, platform) { IsReplaced = true };
        if (image is null) return null;
        if (string.IsNullOrWhiteSpace(image))
        {
            string empty = $"the image name '{stage.From.Image.Text}' is empty after expansion";
            findings.Error("BLD2003", empty, span, "give the ARG a default above the first FROM, or pass --build-arg");
            return null;
        }

        if (platform is null) return null;
        if (names.TryGetValue(image, out int index)) return new StageBase(stage, new StageSource(index), platform);
        if (image == "scratch") return new StageBase(stage, new ScratchSource(), platform);
        if (NamedSource.Find(request, image, platform, span, line) is { } named) return new StageBase(stage, named, platform);
        if (TryReadImage(image, out ImageReference? reference, out string problem))
        {
            return new StageBase(stage, new ImageSource(new ImageRequest(reference, platform, line) { Span = span }), platform);
        }

        string? hint = names.ContainsKey(image.ToLowerInvariant())
            ? $"stage names are lower case in FROM: write '{image.ToLowerInvariant()}'"
            : Suggestion.Hint(image, stages.NamesAbove(stage.Index));
        findings.Error("BLD2003", problem, span, hint);
        return null;
    }

    private static Platform? ReadPlatform(Word word, StageList stages, GlobalScope scope, Findings findings)
    {
        string? text = scope.ExpandInFrom(word, stages, findings);
        if (text is null) return null;
        if (text.Length == 0)
        {
            findings.Error(
                "BLD2004",
                $"the platform '{word.Text}' is empty after expansion",
                word.Span,
                "use $BUILDPLATFORM, $TARGETPLATFORM or os/arch[/variant]");
            return null;
        }

        try
        {
            return Platform.Parse(text);
        }
        catch (FormatException e)
        {
            findings.Error("BLD2004", e.Message, word.Span, "write os/arch[/variant], such as linux/amd64 or linux/arm/v7");
            return null;
        }
    }

    internal static bool TryReadImage(string text, [NotNullWhen(true)] out ImageReference? reference, out string problem)
    {
        problem = "";
        try
        {
            reference = ImageReference.Parse(text);
            return true;
        }
        catch (FormatException e)
        {
            reference = null;
            problem = e.Message;
            return false;
        }
    }
}
