using Builder.Oci;
using Builder.Parser.Text;

namespace Builder.Graph.Lowering.Stages;

/// <summary>Finds the named context that stands in for a stage or an image.</summary>
internal static class NamedSource
{
    /// <summary>The source a name has been given with <c>--build-context</c>; null when it has none.</summary>
    /// <param name="request">Holds the contexts.</param>
    /// <param name="name">Of a stage or image, as written.</param>
    /// <param name="platform">That is wanted.</param>
    /// <param name="span">Where it is named.</param>
    /// <param name="line">The line of that.</param>
    public static FileSystemSource? Find(LoweringRequest request, string name, Platform platform, SourceSpan span, int line)
    {
        if (request.NamedContexts.IsEmpty || ContextName.Normalize(name) is not { } normalized) return null;
        if (!request.NamedContexts.TryGetValue(ContextName.ForPlatform(normalized, platform), out NamedContext? context)
            && !request.NamedContexts.TryGetValue(normalized, out context))
        {
            return null;
        }

        return context switch
        {
            TreeContext tree => new ContextSource(normalized, tree.Operation),
            ImageContext { Reference: { } reference } => new ImageSource(new ImageRequest(reference, platform, line) { Span = span }),
            _ => new ScratchSource(),
        };
    }
}
