using System.Globalization;
using Builder.Sandbox.Plans;

namespace Builder.Cli.Builds;

/// <summary>Reads <c>--ulimit name=soft[:hard]</c>.</summary>
internal static class UlimitParser
{
    // The numbers of RLIMIT_* on Linux.
    private static readonly string[] Names =
    [
        "cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as", "locks", "sigpending", "msgqueue", "nice", "rtprio", "rttime",
    ];

    /// <summary>The limit; -1 is none.</summary>
    /// <exception cref="CommandException">Not a limit.</exception>
    public static ResourceLimit Parse(string text)
    {
        string[] parts = text.Split('=', 2);
        int resource = Array.IndexOf(Names, parts[0]);
        if (resource < 0 || parts[0] == "as") throw Wrong(text, $"there is no limit '{parts[0]}'", "limits are " + string.Join(", ", Names.Where(n => n != "as").Order(StringComparer.Ordinal)));
        if (parts.Length < 2) throw Wrong(text, "the value is missing", $"write {parts[0]}=SOFT or {parts[0]}=SOFT:HARD");
        string[] values = parts[1].Split(':');
        if (values.Length > 2) throw Wrong(text, "there are more than two values", $"write {parts[0]}=SOFT:HARD");
        ulong soft = Value(text, values[0]);
        ulong hard = values.Length == 2 ? Value(text, values[1]) : soft;
        if (soft > hard) throw Wrong(text, "the soft limit is above the hard one", $"write {parts[0]}=SOFT:HARD");
        return new ResourceLimit(parts[0], resource, soft, hard);
    }

    private static ulong Value(string text, string value)
    {
        if (value == "-1") return ulong.MaxValue;
        return ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) && number <= long.MaxValue
            ? number
            : throw Wrong(text, $"'{value}' is not a number", "write a number, or -1 for no limit");
    }

    private static CommandException Wrong(string text, string reason, string hint) => CommandException.Usage($"invalid --ulimit \"{text}\": {reason}", hint);
}
