namespace Builder.Linux.Processes;

/// <summary>How a process ended.</summary>
/// <param name="ExitCode">Its exit code, or 128 + signal.</param>
/// <param name="Signal">The signal that ended it, or null.</param>
public sealed record ProcessEnd(int ExitCode, int? Signal);
