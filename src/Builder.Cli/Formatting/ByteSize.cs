using System.Globalization;

namespace Builder.Cli.Formatting;

/// <summary>Reads sizes as docker takes them: a number with an optional unit, binary multiples.</summary>
internal static class ByteSize
{
    private const string Units = "kmgtp";

    /// <summary>The number of bytes.</summary>
    /// <param name="text">Such as <c>64m</c>, <c>1.5GB</c> or <c>512</c>.</param>
    /// <param name="what">What messages call it.</param>
    /// <exception cref="CommandException">Not a size.</exception>
    public static long Parse(string text, string what)
    {
        string number = text.ToLowerInvariant();
        if (number.EndsWith("ib", StringComparison.Ordinal)) number = number[..^2];
        else if (number.EndsWith('b')) number = number[..^1];
        int unit = number.Length > 0 ? Units.IndexOf(number[^1], StringComparison.Ordinal) : -1;
        if (unit >= 0) number = number[..^1];
        bool isNumber = double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value);
        double bytes = value * Math.Pow(1024, unit + 1);
        return isNumber && bytes < long.MaxValue ? (long)bytes : throw CommandException.Usage($"invalid {what} \"{text}\": expected a size such as 64m");
    }
}
