namespace Builder.Cli.Hosting;

/// <summary>The signals that ask a command to end (signal(7)).</summary>
internal static class StopSignals
{
    public const int Hangup = 1;
    public const int Interrupt = 2;
    public const int Terminate = 15;
    private const int SignalBase = 128;

    /// <summary>Whether a signal asks for an end.</summary>
    public static bool Contains(int signal) => signal is Hangup or Interrupt or Terminate;

    /// <summary>What a process ends with that was stopped by a signal; 0 counts as Ctrl-C.</summary>
    public static ExitCode ExitCodeOf(int signal) => signal == 0 ? ExitCode.Interrupted : new ExitCode(SignalBase + signal);
}
