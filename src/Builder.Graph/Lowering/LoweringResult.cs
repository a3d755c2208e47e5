using Builder.Graph.Checks;
using Builder.Graph.Outlines;
using Builder.Oci.Collections;
using Builder.Oci.Images;
using Builder.Parser.Diagnostics;

namespace Builder.Graph.Lowering;

/// <summary>
/// What lowering gave. While <see cref="MissingImages"/> isn't empty the caller resolves them and lowers again; <see cref="Build"/>
/// is null then, and when a diagnostic is an error.
/// </summary>
/// <param name="MissingImages">Images to resolve first.</param>
/// <param name="Build">The graph and the image to be.</param>
/// <param name="Diagnostics">Errors and warnings of this pass, in source order; the parser's are not repeated.</param>
/// <param name="Checks">What the checks found; empty while images are missing.</param>
/// <param name="Outline">What can be set for the target; null without <paramref name="Build"/>.</param>
public sealed record LoweringResult(
    EquatableArray<ImageRequest> MissingImages, LoweredBuild? Build, EquatableArray<Diagnostic> Diagnostics, CheckReport Checks, Outline? Outline = null);

/// <summary>A build ready to be executed.</summary>
/// <param name="Graph">The work.</param>
/// <param name="Image">The resulting image without what only execution knows: created times of new history, diff ids of new layers.</param>
/// <param name="History">New history entries of the target stage and the stages below it, oldest first, without the base image's.</param>
/// <param name="BaseImage">The image at the bottom of the target, or null for scratch: its diff ids and history come first.</param>
public sealed record LoweredBuild(BuildGraph Graph, ImageConfig Image, EquatableArray<HistoryItem> History, ResolvedImage? BaseImage);

/// <summary>A history entry to be.</summary>
/// <param name="CreatedBy">In BuildKit's wording.</param>
/// <param name="Vertex">The vertex that makes its layer, or null for an empty layer.</param>
public sealed record HistoryItem(string CreatedBy, VertexId? Vertex);
