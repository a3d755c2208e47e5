namespace Builder.Executor.Attestations.Packages;

/// <summary>Reads the databases of package managers of distributions.</summary>
internal static class SystemPackages
{
    /// <summary>dpkg's: paragraphs of fields; what was removed is still listed, with another status.</summary>
    public static IEnumerable<Package> Dpkg(TextReader text, string location, Distribution distribution)
    {
        foreach (Dictionary<string, string> fields in Paragraphs(text, ": "))
        {
            if (!fields.TryGetValue("Package", out string? name) || !fields.TryGetValue("Version", out string? version)) continue;
            if (fields.TryGetValue("Status", out string? status) && !status.EndsWith(" installed", StringComparison.Ordinal)) continue;
            yield return new Package(
                PackageUrl.Of("deb", $"{distribution.Id}/{name}", version, ("arch", fields.GetValueOrDefault("Architecture", "")), ("distro", distribution.Name)), name, version, location);
        }
    }

    /// <summary>apk's: paragraphs of lines with a letter each.</summary>
    public static IEnumerable<Package> Apk(TextReader text, string location, Distribution distribution)
    {
        foreach (Dictionary<string, string> fields in Paragraphs(text, ":"))
        {
            if (!fields.TryGetValue("P", out string? name) || !fields.TryGetValue("V", out string? version)) continue;
            yield return new Package(
                PackageUrl.Of("apk", $"{distribution.Id}/{name}", version, ("arch", fields.GetValueOrDefault("A", "")), ("distro", distribution.Name)), name, version, location)
            {
                License = fields.GetValueOrDefault("L"),
            };
        }
    }

    // Of a field that comes twice the first counts; lines that go on are passed over.
    private static IEnumerable<Dictionary<string, string>> Paragraphs(TextReader text, string separator)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        while (text.ReadLine() is { } line)
        {
            if (line.Length == 0)
            {
                if (fields.Count > 0) yield return fields;
                fields = new Dictionary<string, string>(StringComparer.Ordinal);
                continue;
            }

            int at = line[0] is ' ' or '\t' ? -1 : line.IndexOf(separator, StringComparison.Ordinal);
            if (at > 0) fields.TryAdd(line[..at], line[(at + separator.Length)..].Trim());
        }

        if (fields.Count > 0) yield return fields;
    }
}
