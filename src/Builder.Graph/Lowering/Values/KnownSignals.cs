using System.Collections.Frozen;
using System.Globalization;

namespace Builder.Graph.Lowering.Values;

/// <summary>Signals that STOPSIGNAL may name (signal(7), as numbered on Linux but for MIPS).</summary>
internal static class KnownSignals
{
    private const int Highest = 64;

    private static readonly FrozenSet<string> Names = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        [
            "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL", "PROF", "PWR", "QUIT",
            "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ",
            "RTMIN", "RTMAX",
            .. Enumerable.Range(1, 15).Select(i => $"RTMIN+{i}"),
            .. Enumerable.Range(1, 14).Select(i => $"RTMAX-{i}"),
        ]);

    /// <summary>All names with SIG in front, for suggestions.</summary>
    public static IEnumerable<string> FullNames => Names.Select(name => "SIG" + name);

    /// <summary>Whether a text is a number or a name, with or without SIG, in any case.</summary>
    public static bool Contains(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)) return number is > 0 and <= Highest;
        return Names.Contains(text.StartsWith("SIG", StringComparison.OrdinalIgnoreCase) ? text[3..] : text);
    }
}
