using System.Globalization;

namespace Builder.Cli.Formatting;

/// <summary>Reads sizes of disks: units of thousands as disks and tables have them, or binary ones with an <c>i</c>.</summary>
internal static class DiskSize
{
    private const string Units = "kmgtp";
    private const int Decimal = 1000;
    private const int Binary = 1024;

    /// <summary>The number of bytes.</summary>
    /// <param name="text">Such as <c>20GB</c>, <c>1.5GiB</c>, <c>512m</c> or <c>1000000</c>.</param>
    /// <param name="what">What messages call it.</param>
    /// <exception cref="CommandException">Not a size.</exception>
    public static long Parse(string text, string what)
    {
        string number = text.Trim().ToLowerInvariant();
        int step = number.EndsWith("ib", StringComparison.Ordinal) ? Binary : Decimal;
        if (step == Binary) number = number[..^2];
        else if (number.EndsWith('b')) number = number[..^1];
        int unit = number.Length > 0 ? Units.IndexOf(number[^1], StringComparison.Ordinal) : -1;
        if (unit >= 0) number = number[..^1];
        bool isNumber = double.TryParse(number.TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value);
        double bytes = value * Math.Pow(step, unit + 1);
        return isNumber && (unit >= 0 || step == Decimal) && bytes < long.MaxValue
            ? (long)bytes
            : throw CommandException.Usage($"invalid {what} \"{text}\": expected a size such as 20GB");
    }
}
