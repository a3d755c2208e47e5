using System.Globalization;

namespace Builder.Cli.Formatting;

/// <summary>Times of image configs.</summary>
internal static class Timestamps
{
    /// <summary>What is shown for an unknown time.</summary>
    public const string Unknown = "N/A";

    /// <summary>Reads RFC 3339; null when there is none or it can't be read.</summary>
    public static DateTimeOffset? Parse(string? text) =>
        DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time) ? time : null;

    /// <summary>Such as <c>2 weeks ago</c>.</summary>
    public static string Since(string? text, DateTimeOffset now) => Parse(text) is { } then ? HumanAge.FormatAgo(then, now) : Unknown;

    /// <summary>As Go prints a time: <c>2026-01-31 08:00:00 +0000 UTC</c>.</summary>
    public static string At(string? text) =>
        Parse(text) is { } time ? time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " +0000 UTC" : Unknown;
}
