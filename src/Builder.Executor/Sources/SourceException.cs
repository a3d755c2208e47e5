namespace Builder.Executor.Sources;

/// <summary>A source could not be fetched; the message says which, from where and why.</summary>
public sealed class SourceException(string message, string? hint = null, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What would help, or null.</summary>
    public string? Hint { get; } = hint;
}
