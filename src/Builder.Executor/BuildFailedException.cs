using Builder.Graph;
using Builder.Oci.Collections;

namespace Builder.Executor;

/// <summary>A vertex failed; the rest was stopped.</summary>
/// <param name="vertex">Which.</param>
/// <param name="message">Why, in one sentence.</param>
/// <param name="exitCode">Of the command, when a command failed; else null.</param>
/// <param name="hint">What would help, or null.</param>
/// <param name="inner">The cause.</param>
public sealed class BuildFailedException(Vertex vertex, string message, int? exitCode = null, string? hint = null, Exception? inner = null)
    : Exception(message, inner)
{
    public Vertex Vertex { get; } = vertex;

    public int? ExitCode { get; } = exitCode;

    public string? Hint { get; } = hint;

    /// <summary>Which of <see cref="VertexOrigin.Sources"/> is at fault, or null.</summary>
    public int? SourceIndex { get; init; }

    /// <summary>Sources of this and other instructions that stand for nothing, too.</summary>
    public EquatableArray<MissingSourceFault> Further { get; init; }

    /// <summary>The last lines the command wrote, oldest first; empty when no command failed.</summary>
    public EquatableArray<string> Output { get; init; }
}
