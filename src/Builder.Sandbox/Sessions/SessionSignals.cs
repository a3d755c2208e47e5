using System.Runtime.InteropServices;

namespace Builder.Sandbox.Sessions;

/// <summary>Signals that go from the caller to the session, and from there to a foreground container.</summary>
internal static class SessionSignals
{
    public const int Hangup = 1;
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int User1 = 10;
    public const int User2 = 12;
    public const int Terminate = 15;
    public const int WindowChange = 28;

    public static readonly int[] Forwarded = [Hangup, Interrupt, Quit, User1, User2, Terminate, WindowChange];

    /// <summary>.NET has negative names for some signals and takes plain numbers for the rest.</summary>
    public static PosixSignal ToPosix(int signal) => signal switch
    {
        Hangup => PosixSignal.SIGHUP,
        Interrupt => PosixSignal.SIGINT,
        Quit => PosixSignal.SIGQUIT,
        Terminate => PosixSignal.SIGTERM,
        WindowChange => PosixSignal.SIGWINCH,
        _ => (PosixSignal)signal,
    };
}
