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
