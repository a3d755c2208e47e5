using Builder.Cache.Images;
using Builder.Cli.Images;
using Builder.Graph.Lowering;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Parser;
using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Cli.Builds;

/// <summary>Answers lowering's questions for images: the store first, then the registry.</summary>
internal sealed class BaseImageResolver(BuildSession session, ImagePuller puller)
{
    private const string MissingImageCode = "BLD4001";

    /// <summary>Finds an image.</summary>
    /// <exception cref="MissingImageException">There is none; the diagnostic shows where it is named.</exception>
    public async Task<ResolvedImage> ResolveAsync(ImageRequest request, CancellationToken cancellationToken)
    {
        StoredImage? image = session.Arguments.Pull ? null : puller.FindLocal(request.Reference, request.Platform);
        try
        {
            image ??= await puller.PullAsync(request.Reference, request.Platform, cancellationToken);
        }
        catch (ImageSourceException e)
        {
            throw new MissingImageException(Explain(session.Parsed, request, e.Message), e);
        }

        return new ResolvedImage(image.Id, image.Config);
    }

    /// <summary>An image of the store, or null.</summary>
    public ResolvedImage? FindLocal(ImageRequest request) =>
        puller.FindLocal(request.Reference, request.Platform) is { } image ? new ResolvedImage(image.Id, image.Config) : null;

    /// <summary>Points at the name; one that is nearly a stage's was probably meant to be that.</summary>
    internal static Diagnostic Explain(ParseResult parsed, ImageRequest request, string reason)
    {
        IEnumerable<string> stages = parsed.Dockerfile.Instructions.OfType<FromInstruction>()
            .Where(f => parsed.Source.PositionOf(f.Span.Start).Line < request.Line).Select(f => f.StageName?.Text).OfType<string>();
        string? stage = Suggestion.Nearest(request.Reference.FamiliarRepository, stages);
        return new Diagnostic(
            MissingImageCode,
            Severity.Error,
            reason,
            SpanOf(parsed, request),
            stage is null ? null : $"did you mean the stage '{stage}'?");
    }

    // Lowering knows the line; the name is looked for in its instruction. A name that came out of a variable isn't there: then it is all of it.
    private static SourceSpan SpanOf(ParseResult parsed, ImageRequest request)
    {
        SourceText source = parsed.Source;
        Instruction? instruction = parsed.Dockerfile.Instructions.LastOrDefault(i => source.PositionOf(i.Span.Start).Line <= request.Line);
        if (instruction is null) return new SourceSpan(0, 0);
        if (instruction is FromInstruction from) return from.Image.Span;
        string text = source.TextOf(instruction.Span);
        ImageReference reference = request.Reference;
        foreach (string name in (string[])[reference.ToString(), reference.FamiliarName, reference.Repository, reference.FamiliarRepository])
        {
            int at = text.IndexOf(name, StringComparison.Ordinal);
            if (at >= 0) return new SourceSpan(instruction.Span.Start + at, name.Length);
        }

        return instruction.Span;
    }
}

/// <summary>An image that the Dockerfile names can't be had.</summary>
internal sealed class MissingImageException(Diagnostic diagnostic, Exception inner) : Exception(diagnostic.Message, inner)
{
    public Diagnostic Diagnostic { get; } = diagnostic;
}
