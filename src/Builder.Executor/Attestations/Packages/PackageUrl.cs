namespace Builder.Executor.Attestations.Packages;

/// <summary>Writes package URLs (github.com/package-url/purl-spec).</summary>
internal static class PackageUrl
{
    /// <summary>The URL of a package.</summary>
    /// <param name="type">Such as <c>deb</c>.</param>
    /// <param name="path">Name space and name, with slashes between.</param>
    /// <param name="version">Its version; empty for none.</param>
    /// <param name="qualifiers">In the order of their names; those without a value are left out.</param>
    public static string Of(string type, string path, string version, params ReadOnlySpan<(string Key, string Value)> qualifiers)
    {
        string url = $"pkg:{type}/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}";
        if (version.Length > 0) url += "@" + Uri.EscapeDataString(version);
        string sign = "?";
        foreach ((string key, string value) in qualifiers)
        {
            if (value.Length == 0) continue;
            url += $"{sign}{key}={Uri.EscapeDataString(value)}";
            sign = "&";
        }

        return url;
    }
}
