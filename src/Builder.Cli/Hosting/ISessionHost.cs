using Builder.Sandbox;

namespace Builder.Cli.Hosting;

/// <summary>The way into the user namespace in which image files can be handled.</summary>
internal interface ISessionHost
{
    /// <summary>Whether this process is inside already.</summary>
    bool IsInside { get; }

    /// <summary>Outside: runs this command line again inside, and gives its exit code. Called on the main thread, which stays until then.</summary>
    int RestartInside(IReadOnlyList<string> arguments);

    /// <summary>Inside: takes up the signals that the outer process passes on.</summary>
    IInterrupts Enter();

    /// <summary>Inside: what runs containers.</summary>
    ISandboxRunner CreateRunner();

    /// <summary>Inside: whether overlayfs works on the file system of a directory, which is left as it was.</summary>
    bool CanOverlay(string directory);

    /// <summary>What the machine can do.</summary>
    MachineReport Probe();
}

/// <summary>Signals that ask the work to end.</summary>
internal interface IInterrupts : IDisposable
{
    /// <summary>Raised for each signal that asks for an end, on another thread.</summary>
    event Action<int>? Signaled;

    /// <summary>Canceled by the first one.</summary>
    CancellationToken Token { get; }

    /// <summary>128 + the first one; that of SIGINT when none came.</summary>
    ExitCode ExitCode { get; }
}

/// <summary>What the machine can do, for <c>info</c>.</summary>
/// <param name="Tier">Which way of working is chosen, in words.</param>
/// <param name="Facts">Name and finding, in order of display.</param>
/// <param name="Problem">What doesn't work, or null.</param>
/// <param name="Remedy">The one setting that would fix it, or null.</param>
internal sealed record MachineReport(string Tier, IReadOnlyList<KeyValuePair<string, string>> Facts, string? Problem, string? Remedy);
