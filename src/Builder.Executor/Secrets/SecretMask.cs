using Builder.Linux.Files;

namespace Builder.Executor.Secrets;

/// <summary>Keeps secrets out of what steps write to the log.</summary>
internal sealed class SecretMask
{
    private const string Stars = "***";
    private readonly string[] _texts;

    /// <summary>For these patterns; of a secret with several lines each is one.</summary>
    public SecretMask(IEnumerable<SecretPattern> patterns) =>
        _texts = [.. patterns.SelectMany(LinesOf).Where(t => t.Length >= SecretPatterns.ShortestSecret).Distinct().OrderByDescending(t => t.Length)];

    /// <summary>The line without secrets.</summary>
    public string Apply(string line)
    {
        foreach (string text in _texts) line = line.Replace(text, Stars, StringComparison.Ordinal);
        return line;
    }

    private static string[] LinesOf(SecretPattern pattern) =>
        UnixPath.TryDecode(pattern.Bytes, out string text) ? text.Split('\n', StringSplitOptions.TrimEntries) : [];
}
