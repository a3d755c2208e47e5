namespace Builder.Sandbox.Seccomp;

/// <summary>What happens to a system call: the SCMP_ACT_ values of seccomp.h.</summary>
public static class SeccompAction
{
    public const uint KillProcess = 0x80000000;
    public const uint KillThread = 0;
    public const uint Trap = 0x00030000;
    public const uint Log = 0x7ffc0000;
    public const uint Allow = 0x7fff0000;
    private const uint ErrnoBase = 0x00050000;
    private const uint TraceBase = 0x7ff00000;
    private const uint Data = 0xffff;

    /// <summary>The call fails.</summary>
    /// <param name="errno">With what: errno(3).</param>
    public static uint Errno(uint errno) => ErrnoBase | (errno & Data);

    /// <summary>A tracer is told.</summary>
    /// <param name="message">What it is told.</param>
    public static uint Trace(uint message) => TraceBase | (message & Data);

    /// <summary>Whether the calls that no rule names go through.</summary>
    internal static bool LetsThrough(uint action) => action is Allow or Log || (action & ~Data) == TraceBase;
}
