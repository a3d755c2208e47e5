namespace Builder.Sandbox.Init;

/// <summary>The container can't be set up as asked; becomes a <see cref="SandboxException"/> in the session.</summary>
internal sealed class SetupException(int exitCode, string message, string? hint = null) : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    public string? Hint { get; } = hint;
}
