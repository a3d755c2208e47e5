using Builder.Sandbox.ControlGroups;
using Builder.Sandbox.Plans;

namespace Builder.Sandbox;

/// <summary>Runs containers. Must be called inside a session (Builder.Sandbox.Sessions).</summary>
public interface ISandboxRunner
{
    /// <summary>Runs the plan's process to its end. Cancelling kills everything in the container and returns when it is gone.</summary>
    /// <returns>How the process ended; a non-zero exit is not an exception.</returns>
    /// <exception cref="SandboxException">The container could not be set up or the program not started.</exception>
    Task<SandboxExit> RunAsync(SandboxPlan plan, SandboxIo io, CancellationToken cancellationToken);
}

/// <summary>How a container's process ended.</summary>
/// <param name="ExitCode">Its exit code, or 128 + signal.</param>
/// <param name="Signal">The signal that ended it, or null.</param>
public sealed record SandboxExit(int ExitCode, int? Signal)
{
    /// <summary>What came of the container's limits.</summary>
    public ControlGroupUsage Usage { get; init; } = ControlGroupUsage.None;
}

/// <summary>Where a container's standard streams lead. The set of subtypes is closed.</summary>
public abstract record SandboxIo;

/// <summary>Output is handed to a callback, one call at a time per stream; input is empty.</summary>
/// <param name="OnOutput">Stream number (1 or 2) and bytes, valid during the call only.</param>
public sealed record CapturedIo(Action<int, ReadOnlySpan<byte>> OnOutput) : SandboxIo;

/// <summary>The caller's own streams.</summary>
/// <param name="AttachInput">Whether standard input is passed on (<c>-i</c>).</param>
public sealed record InheritedIo(bool AttachInput) : SandboxIo;

/// <summary>A terminal of the container's own, connected to the caller's.</summary>
/// <param name="AttachInput">Whether standard input is passed on (<c>-i</c>).</param>
public sealed record TerminalIo(bool AttachInput) : SandboxIo;

/// <summary>A container could not be set up or its program not started.</summary>
public sealed class SandboxException(string message, int exitCode, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>125 our own failure, 126 not executable, 127 not found.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>What to try, or null.</summary>
    public string? Hint { get; init; }
}
