namespace Builder.Executor;

/// <summary>
/// An operation can't be carried out, for a reason its user can understand; becomes a <see cref="BuildFailedException"/> with its vertex.
/// </summary>
internal sealed class OperationException(string message, string? hint = null, int? exitCode = null, Exception? inner = null) : Exception(message, inner)
{
    public string? Hint { get; } = hint;

    public int? ExitCode { get; } = exitCode;

    /// <summary>Which of the instruction's sources is at fault, or null.</summary>
    public int? SourceIndex { get; set; }

    /// <summary>Sources of this and other instructions that stand for nothing, too.</summary>
    public IReadOnlyList<MissingSourceFault> Further { get; set; } = [];

    /// <summary>The last lines that a command wrote.</summary>
    public IReadOnlyList<string> Output { get; init; } = [];
}
