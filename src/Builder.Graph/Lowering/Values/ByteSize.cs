using System.Globalization;
using System.Text.RegularExpressions;

namespace Builder.Graph.Lowering.Values;

/// <summary>Sizes as Docker writes them: <c>64m</c>, <c>1.5GiB</c>; always powers of 1024.</summary>
internal static partial class ByteSize
{
    /// <summary>Reads a size in bytes; false when it isn't one or doesn't fit.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        Match match = Grammar().Match(text);
        if (!match.Success) return false;
        string digits = match.Groups["number"].Value;
        if (!decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
            return false;
        string unit = match.Groups["unit"].Value.ToLowerInvariant();
        long factor = unit.Length == 0 ? 1 : 1L << (10 * ("kmgtp".IndexOf(unit[0], StringComparison.Ordinal) + 1));
        if (number > long.MaxValue / factor) return false;
        bytes = (long)(number * factor);
        return true;
    }

    [GeneratedRegex(
        @"\A(?<number>[0-9]+(?:\.[0-9]+)?) ?(?:(?<unit>[kmgtpKMGTP])?[iI]?[bB]?)\z",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Grammar();
}
