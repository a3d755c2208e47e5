using System.Text.Json;
using System.Text.RegularExpressions;

namespace Builder.Executor.Attestations.Packages;

/// <summary>Reads lock files and installed metadata of programming languages.</summary>
internal static partial class LanguagePackages
{
    /// <summary>npm's package-lock.json, all versions, and what it leaves in node_modules.</summary>
    /// <exception cref="JsonException">It is malformed.</exception>
    public static IEnumerable<Package> Npm(Stream json, string location)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        if (Member(document.RootElement, "packages") is { } packages)
        {
            foreach (JsonProperty each in packages.EnumerateObject())
            {
                const string Modules = "node_modules/";
                int at = each.Name.LastIndexOf(Modules, StringComparison.Ordinal);
                if (at >= 0 && Text(each.Value, "version") is { } version) yield return PackageMaker.Npm(Text(each.Value, "name") ?? each.Name[(at + Modules.Length)..], version, location) with { License = Text(each.Value, "license") };
            }
        }
        else
        {
            foreach (Package package in NpmDependencies(document.RootElement, location)) yield return package;
        }
    }

    /// <summary>.NET's .deps.json: what a program was published with.</summary>
    /// <exception cref="JsonException">It is malformed.</exception>
    public static IEnumerable<Package> DotNet(Stream json, string location)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        if (Member(document.RootElement, "libraries") is not { } libraries) yield break;
        foreach (JsonProperty each in libraries.EnumerateObject())
        {
            int slash = each.Name.LastIndexOf('/');
            if (slash <= 0 || Text(each.Value, "type") != "package") continue;
            (string name, string version) = (each.Name[..slash], each.Name[(slash + 1)..]);
            yield return new Package(PackageUrl.Of("nuget", name, version), name, version, location);
        }
    }

    /// <summary>METADATA of a Python distribution: the head of a mail.</summary>
    public static IEnumerable<Package> PythonMetadata(TextReader text, string location)
    {
        string? name = null, version = null, license = null;
        while (text.ReadLine() is { Length: > 0 } line)
        {
            name ??= After(line, "Name:");
            version ??= After(line, "Version:");
            license ??= After(line, "License-Expression:") ?? After(line, "License:");
        }

        if (name is not null && version is not null) yield return PackageMaker.Python(name, version, location) with { License = license };
    }

    /// <summary>requirements.txt: only what it pins has a version.</summary>
    public static IEnumerable<Package> Requirements(TextReader text, string location)
    {
        while (text.ReadLine() is { } line)
        {
            if (Pinned().Match(line) is { Success: true } match) yield return PackageMaker.Python(match.Groups["name"].Value, match.Groups["version"].Value, location);
        }
    }

    /// <summary>go.mod: what it requires, alone or in a block.</summary>
    public static IEnumerable<Package> GoModule(TextReader text, string location)
    {
        bool isRequire = false;
        while (text.ReadLine() is { } line)
        {
            string[] words = line.Split("//")[0].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words is ["require", "("]) isRequire = true;
            else if (words is [")"]) isRequire = false;
            else if (words is ["require", var module, var wanted]) yield return PackageMaker.Of("golang", module, wanted, location);
            else if (isRequire && words is [var name, var version]) yield return PackageMaker.Of("golang", name, version, location);
        }
    }

    private static IEnumerable<Package> NpmDependencies(JsonElement parent, string location)
    {
        if (Member(parent, "dependencies") is not { } dependencies) yield break;
        foreach (JsonProperty each in dependencies.EnumerateObject())
        {
            if (Text(each.Value, "version") is { } version) yield return PackageMaker.Npm(each.Name, version, location);
            foreach (Package below in NpmDependencies(each.Value, location)) yield return below;
        }
    }

    private static string? After(string line, string key) => line.StartsWith(key, StringComparison.OrdinalIgnoreCase) && line[key.Length..].Trim() is { Length: > 0 } value ? value : null;

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement member) && member.ValueKind == JsonValueKind.Object ? member : null;

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;

    [GeneratedRegex(@"\A\s*(?<name>[A-Za-z0-9][A-Za-z0-9._-]{0,200})(\[[^\]]{0,200}\])?\s*===?\s*(?<version>[A-Za-z0-9][A-Za-z0-9.!+_-]{0,100})", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pinned();
}
