using System.Collections.Frozen;
using System.Globalization;

namespace Builder.Graph.Lowering.Values;

/// <summary>Signals that STOPSIGNAL may name (signal(7), as numbered on Linux but for MIPS).</summary>
internal static class KnownSignals
{
    /// <summary>The highest number of a signal.</summary>
    public const int Highest = 64;

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

    /// <summary>Whether a text is a number, which may have a sign.</summary>
    public static bool IsNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

    /// <summary>Whether a text is a name, with or without SIG, in any case.</summary>
    public static bool HasName(string text) => Names.Contains(text.StartsWith("SIG", StringComparison.OrdinalIgnoreCase) ? text[3..] : text);
}
