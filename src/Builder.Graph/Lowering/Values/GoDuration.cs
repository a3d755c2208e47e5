using System.Buffers;
using System.Globalization;
using System.Text;

namespace Builder.Graph.Lowering.Values;

/// <summary>Durations in Go's notation, <c>1h2m3.5s</c>, in nanoseconds.</summary>
internal static class GoDuration
{
    private const long Microsecond = 1_000;
    private const long Millisecond = 1_000_000;
    private const long Second = 1_000_000_000;
    private const long Minute = 60 * Second;
    private const long Hour = 60 * Minute;
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    /// <summary>Reads a duration; false when it isn't one or doesn't fit.</summary>
    public static bool TryParse(string text, out long nanoseconds)
    {
        nanoseconds = 0;
        bool negative = text.StartsWith('-');
        ReadOnlySpan<char> rest = negative || text.StartsWith('+') ? text.AsSpan(1) : text;
        if (rest.SequenceEqual("0")) return true;
        if (rest.IsEmpty) return false;
        decimal total = 0;
        while (!rest.IsEmpty)
        {
            int digits = rest.IndexOfAnyExcept(NumberCharacters);
            if (digits < 1) return false;
            if (!decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)) return false;
            rest = rest[digits..];
            int letters = rest.IndexOfAny(NumberCharacters);
            if (letters < 0) letters = rest.Length;
            if (UnitOf(rest[..letters]) is not { } unit || number > long.MaxValue / unit) return false;
            rest = rest[letters..];
            total += decimal.Truncate(number * unit);
            if (total > long.MaxValue) return false;
        }

        nanoseconds = (long)(negative ? -total : total);
        return true;
    }

    /// <summary>As Go prints it: <c>1m30s</c>, <c>1.5s</c>, <c>250ms</c>, <c>0s</c>. For durations that aren't negative.</summary>
    public static string Format(long nanoseconds)
    {
        if (nanoseconds == 0) return "0s";
        if (nanoseconds < Microsecond) return $"{nanoseconds}ns";
        if (nanoseconds < Millisecond) return Decimal(nanoseconds, Microsecond) + "µs";
        if (nanoseconds < Second) return Decimal(nanoseconds, Millisecond) + "ms";
        var text = new StringBuilder();
        if (nanoseconds >= Hour) text.Append(nanoseconds / Hour).Append('h');
        if (nanoseconds >= Minute) text.Append(nanoseconds % Hour / Minute).Append('m');
        return text.Append(Decimal(nanoseconds % Minute, Second)).Append('s').ToString();
    }

    private static string Decimal(long value, long unit) => ((decimal)value / unit).ToString("0.#########", CultureInfo.InvariantCulture);

    private static long? UnitOf(ReadOnlySpan<char> unit) => unit switch
    {
        "ns" => 1,
        "us" or "µs" or "μs" => Microsecond,
        "ms" => Millisecond,
        "s" => Second,
        "m" => Minute,
        "h" => Hour,
        _ => null,
    };
}
