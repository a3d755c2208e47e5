using System.Diagnostics;

namespace Builder.Cli.Tracing;

/// <summary>Begin and end of a phase in nanoseconds of Unix time.</summary>
internal static class OtlpTime
{
    public static (ulong Start, ulong End) Of(Activity phase)
    {
        ulong start = Nanoseconds(phase.StartTimeUtc - DateTime.UnixEpoch);
        return (start, start + Nanoseconds(phase.Duration));
    }

    private static ulong Nanoseconds(TimeSpan time) => (ulong)time.Ticks * TimeSpan.NanosecondsPerTick;
}
