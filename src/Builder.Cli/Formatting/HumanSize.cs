using System.Globalization;

namespace Builder.Cli.Formatting;

/// <summary>Sizes as docker shows them: decimal units, three significant digits.</summary>
internal static class HumanSize
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

    /// <summary>Such as <c>4.86MB</c>.</summary>
    public static string Format(long bytes)
    {
        double value = bytes;
        int unit = 0;
        // 999.5 would be shown as 1000 with three digits.
        while (value >= 999.5 && unit < Units.Length - 1)
        {
            value /= 1000;
            unit++;
        }

        int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
        string number = Math.Round(value, decimals, MidpointRounding.ToEven).ToString("0.##", CultureInfo.InvariantCulture);
        return number + Units[unit];
    }
}
