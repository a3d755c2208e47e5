using System.Text.Json;
using System.Text.RegularExpressions;

namespace Builder.Executor.Attestations.Packages;

/// <summary>Reads lock files of package managers that no system database knows of.</summary>
internal static partial class LockFiles
{
    /// <summary>Tables <c>[[package]]</c> in TOML, as Cargo, Poetry, PDM and uv write them.</summary>
    /// <param name="text">The file.</param>
    /// <param name="location">The path that is told.</param>
    /// <param name="make">Makes the package of a name and version.</param>
    public static IEnumerable<Package> Toml(TextReader text, string location, Func<string, string, string, Package> make)
    {
        (bool isPackage, string? name) = (false, null);
        while (text.ReadLine() is { } line)
        {
            if (line.StartsWith('[')) (isPackage, name) = (line.Trim() == "[[package]]", null);
            else if (isPackage && Assigned().Match(line) is { Success: true } match)
            {
                if (match.Groups["key"].Value == "name") name = match.Groups["value"].Value;
                else if (name is not null) yield return make(name, match.Groups["value"].Value, location);
            }
        }
    }

    /// <summary>yarn.lock: of yarn 1, and of later ones, which is YAML.</summary>
    public static IEnumerable<Package> Yarn(TextReader text, string location)
    {
        string? name = null, version = null;
        while (text.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#') continue;
            if (line[0] is not (' ' or '\t'))
            {
                if (name is not null && version is not null) yield return PackageMaker.Npm(name, version, location);
                (name, version) = (NameOf(line.TrimEnd(':').Split(',')[0].Trim('"', ' ')), null);
                continue;
            }

            string value = ValueOf(line, "resolution");
            // The project itself, and what lies beside it, come from no registry.
            if (value.Length > 0) name = value.Contains("@workspace:", StringComparison.Ordinal) ? null : NameOf(value);
            if (ValueOf(line, "version") is { Length: > 0 } found) version ??= found;
        }

        if (name is not null && version is not null) yield return PackageMaker.Npm(name, version, location);
    }

    /// <summary>pnpm-lock.yaml: keys of its packages, <c>/name/1.0_peer</c> until version 5, <c>/name@1.0(peer)</c> and <c>name@1.0</c> since.</summary>
    public static IEnumerable<Package> Pnpm(TextReader text, string location)
    {
        bool isPackages = false, isOld = false;
        while (text.ReadLine() is { } line)
        {
            if (line.Length == 0) continue;
            if (line[0] != ' ')
            {
                isPackages = line.StartsWith("packages:", StringComparison.Ordinal);
                if (line.StartsWith("lockfileVersion:", StringComparison.Ordinal)) isOld = line[16..].Trim(' ', '\'', '"').StartsWith('5');
                continue;
            }

            if (!isPackages || PnpmKey().Match(line) is not { Success: true } match) continue;
            string key = match.Groups["key"].Value.TrimStart('/').Split('(')[0];
            int at = key.LastIndexOf(isOld ? '/' : '@');
            if (at <= 0 || at + 1 == key.Length || !char.IsAsciiDigit(key[at + 1])) continue;
            yield return PackageMaker.Npm(key[..at], isOld ? key[(at + 1)..].Split('_')[0] : key[(at + 1)..], location);
        }
    }

    /// <summary>Gemfile.lock: what comes from gem servers and repositories.</summary>
    public static IEnumerable<Package> Bundler(TextReader text, string location)
    {
        bool isSource = false;
        while (text.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != ' ') isSource = line is "GEM" or "GIT";
            else if (isSource && Gem().Match(line) is { Success: true } match) yield return PackageMaker.Of("gem", match.Groups["name"].Value, match.Groups["version"].Value, location);
        }
    }

    /// <summary>gradle.lockfile: lines <c>group:name:version=configurations</c>.</summary>
    public static IEnumerable<Package> Gradle(TextReader text, string location)
    {
        while (text.ReadLine() is { } line)
        {
            if (line.Split('=')[0].Split(':') is [{ Length: > 0 } group, { Length: > 0 } name, { Length: > 0 } version] && line[0] != '#')
                yield return new Package(PackageUrl.Of("maven", $"{group}/{name}", version), $"{group}:{name}", version, location);
        }
    }

    /// <summary>composer.lock, and what composer leaves in vendor.</summary>
    /// <exception cref="JsonException">It is malformed.</exception>
    public static IEnumerable<Package> Composer(Stream json, string location)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement root = document.RootElement;
        IEnumerable<JsonElement> lists = root.ValueKind == JsonValueKind.Array ? [root]
            : root.ValueKind != JsonValueKind.Object ? []
            : root.EnumerateObject().Where(member => member.Name is "packages" or "packages-dev" && member.Value.ValueKind == JsonValueKind.Array).Select(member => member.Value);
        foreach (JsonElement each in lists.SelectMany(list => list.EnumerateArray()))
        {
            if (Text(each, "name") is { } name && Text(each, "version") is { } version) yield return PackageMaker.Of("composer", name, version, location);
        }
    }

    /// <summary>Pipfile.lock: what it pins.</summary>
    /// <exception cref="JsonException">It is malformed.</exception>
    public static IEnumerable<Package> Pipenv(Stream json, string location)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        foreach (JsonProperty each in Members(document.RootElement).Where(group => group.Name != "_meta").SelectMany(group => Members(group.Value)))
        {
            if (Text(each.Value, "version") is { } version && version.StartsWith("==", StringComparison.Ordinal)) yield return PackageMaker.Python(each.Name, version.TrimStart('='), location);
        }
    }

    /// <summary>NuGet's packages.lock.json: for each framework what was resolved.</summary>
    /// <exception cref="JsonException">It is malformed.</exception>
    public static IEnumerable<Package> NuGet(Stream json, string location)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        foreach (JsonProperty each in Members(document.RootElement).Where(member => member.Name == "dependencies").SelectMany(member => Members(member.Value)).SelectMany(framework => Members(framework.Value)))
        {
            if (Text(each.Value, "resolved") is { } version && Text(each.Value, "type") != "Project") yield return PackageMaker.Of("nuget", each.Name, version, location);
        }
    }

    // name@range, where a name may begin with a scope.
    private static string? NameOf(string descriptor)
    {
        int at = descriptor.IndexOf('@', Math.Min(1, descriptor.Length));
        return at > 0 ? descriptor[..at] : null;
    }

    private static string ValueOf(string line, string key)
    {
        string text = line.Trim();
        return text.StartsWith(key, StringComparison.Ordinal) && text.Length > key.Length && text[key.Length] is ' ' or ':' ? text[(key.Length + 1)..].Trim(' ', '"') : "";
    }

    private static JsonElement.ObjectEnumerator Members(JsonElement element) => element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : default;

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;

    [GeneratedRegex("""\A(?<key>name|version)\s*=\s*"(?<value>[^"\\]{1,300})"\s*\z""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Assigned();

    [GeneratedRegex(@"\A  ['""]?(?<key>[^ '""]{1,500}?)['""]?:\s*(\{\})?\s*\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PnpmKey();

    [GeneratedRegex(@"\A    (?<name>[A-Za-z0-9][A-Za-z0-9._-]{0,200}) \((?<version>[A-Za-z0-9][A-Za-z0-9._+-]{0,100})\)!?\s*\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Gem();
}
