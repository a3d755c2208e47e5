namespace Builder.Sandbox.Sessions;

/// <summary>A session could not be started on this machine.</summary>
/// <param name="message">What failed.</param>
/// <param name="hint">The one setting that would fix it, or null.</param>
/// <param name="inner">The cause.</param>
public sealed class SessionException(string message, string? hint, Exception? inner = null) : Exception(message, inner)
{
    public string? Hint { get; } = hint;
}
