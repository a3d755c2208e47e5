namespace Builder.Cli.Formatting;

/// <summary>How long a step took: <c>0.1s</c>.</summary>
internal static class Elapsed
{
    /// <summary>Seconds with one decimal.</summary>
    public static string Format(TimeSpan time) => $"{Math.Max(0, time.TotalSeconds):F1}s";
}
