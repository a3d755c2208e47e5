using System.Globalization;
using System.Text.RegularExpressions;

namespace Builder.Cli.Formatting;

/// <summary>Reads durations as Go writes them (<c>1h30m</c>); days are taken too.</summary>
internal static partial class GoDuration
{
    /// <summary>Reads one; false when it isn't one.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        if (text == "0") return true;
        double seconds = 0;
        int read = 0;
        for (Match part = Part().Match(text); part.Success; part = part.NextMatch())
        {
            seconds += double.Parse(part.Groups["n"].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) * Seconds(part.Groups["u"].Value);
            read += part.Length;
        }

        if (read == 0 || read != text.Length || seconds > TimeSpan.MaxValue.TotalSeconds / 2) return false;
        duration = TimeSpan.FromSeconds(seconds);
        return true;
    }

    /// <summary>As Go prints a duration: <c>1m30s</c>, <c>500ms</c>.</summary>
    public static string Format(long nanoseconds)
    {
        if (nanoseconds == 0) return "0s";
        string sign = nanoseconds < 0 ? "-" : "";
        decimal rest = Math.Abs((decimal)nanoseconds);
        if (rest < 1_000) return $"{sign}{rest}ns";
        if (rest < 1_000_000) return sign + Trimmed(rest / 1_000) + "µs";
        if (rest < 1_000_000_000) return sign + Trimmed(rest / 1_000_000) + "ms";
        decimal seconds = rest / 1_000_000_000;
        (long hours, long minutes) = ((long)(seconds / 3600), (long)(seconds / 60) % 60);
        return sign + (hours > 0 ? $"{hours}h" : "") + (hours > 0 || minutes > 0 ? $"{minutes}m" : "") + Trimmed(seconds % 60) + "s";
    }

    private static string Trimmed(decimal number) => number.ToString("0.#########", CultureInfo.InvariantCulture);

    private static double Seconds(string unit) => unit switch
    {
        "d" => 86400,
        "h" => 3600,
        "m" => 60,
        "s" => 1,
        "ms" => 1e-3,
        "ns" => 1e-9,
        _ => 1e-6,
    };

    // Parts that don't follow each other make the sum of their lengths too small.
    [GeneratedRegex(@"(?<n>[0-9]+(?:\.[0-9]*)?)(?<u>ns|us|µs|ms|s|m|h|d)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Part();
}
