using Builder.Graph;

namespace Builder.Executor;

/// <summary>A further source of a COPY or ADD that stands for nothing.</summary>
/// <param name="Vertex">The instruction.</param>
/// <param name="SourceIndex">Which of <see cref="VertexOrigin.Sources"/> it is.</param>
/// <param name="Message">Why, in one sentence.</param>
/// <param name="Hint">What would help, or null.</param>
public sealed record MissingSourceFault(Vertex Vertex, int SourceIndex, string Message, string? Hint);
