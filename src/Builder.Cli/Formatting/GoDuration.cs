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
        Match match = Grammar().Match(text);
        if (!match.Success) return false;
        double seconds = 0;
        for (int i = 0; i < match.Groups["n"].Captures.Count; i++)
        {
            seconds += double.Parse(match.Groups["n"].Captures[i].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture)
                * Seconds(match.Groups["u"].Captures[i].Value);
        }

        if (seconds > TimeSpan.MaxValue.TotalSeconds / 2) return false;
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

    [GeneratedRegex(@"\A(?:(?<n>[0-9]+(?:\.[0-9]*)?)(?<u>ns|us|µs|ms|s|m|h|d))+\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Grammar();
}
