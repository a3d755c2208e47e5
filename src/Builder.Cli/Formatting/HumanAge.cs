namespace Builder.Cli.Formatting;

/// <summary>Ages as docker shows them.</summary>
internal static class HumanAge
{
    private const int HoursPerDay = 24;

    /// <summary>Such as <c>3 weeks</c>.</summary>
    public static string Format(TimeSpan age)
    {
        long seconds = (long)age.TotalSeconds;
        long minutes = (long)age.TotalMinutes;
        long roundedHours = (long)(age.TotalHours + 0.5);
        return (seconds, minutes, roundedHours) switch
        {
            ( < 1, _, _) => "Less than a second",
            (1, _, _) => "1 second",
            ( < 60, _, _) => $"{seconds} seconds",
            (_, 1, _) => "About a minute",
            (_, < 60, _) => $"{minutes} minutes",
            (_, _, 1) => "About an hour",
            (_, _, < 48) => $"{roundedHours} hours",
            (_, _, < HoursPerDay * 7 * 2) => $"{roundedHours / HoursPerDay} days",
            (_, _, < HoursPerDay * 30 * 2) => $"{roundedHours / HoursPerDay / 7} weeks",
            (_, _, < HoursPerDay * 365 * 2) => $"{roundedHours / HoursPerDay / 30} months",
            _ => $"{(long)age.TotalHours / HoursPerDay / 365} years",
        };
    }

    /// <summary>Such as <c>3 weeks ago</c>.</summary>
    public static string FormatAgo(DateTimeOffset then, DateTimeOffset now) => Format(now - then) + " ago";
}
