using System.Text.Json;
using Builder.Cache;
using Builder.Cache.Usage;
using Builder.Cli.Formatting;
using Builder.Cli.Pruning;

namespace Builder.Cli.Hosting;

/// <summary>
/// What the store may take: from the environment, else from <c>builder/builder.json</c> in the user's configuration directory, else from
/// <c>/etc/builder/builder.json</c>.
/// </summary>
internal static class StoreSettingsReader
{
    private const string SystemFile = "/etc/builder/builder.json";
    private const string None = "none";
    private const int MaxFileSize = 64 << 10;

    private static readonly (string Variable, string Key)[] Known =
    [
        ("BUILDER_CACHE_MAX", "cacheMax"),
        ("BUILDER_CACHE_MIN_FREE", "cacheMinFree"),
        ("BUILDER_CACHE_KEEP_IMAGES", "cacheKeepImages"),
    ];

    /// <summary>The settings of a store.</summary>
    /// <param name="environment">Variables.</param>
    /// <param name="root">The store's directory.</param>
    /// <param name="notices">Told what the user should know in the end.</param>
    /// <exception cref="CommandException">One can't be understood.</exception>
    public static StoreSettings Read(HostEnvironment environment, string root, Action<string> notices)
    {
        Dictionary<string, (string Value, string Source)> values = new(StringComparer.Ordinal);
        foreach (string file in Files(environment).Reverse())
            foreach ((string key, string value) in ReadFile(file)) values[key] = (value, $"{key} in {file}");
        foreach ((string variable, string key) in Known)
            if (environment.Variable(variable) is { } value) values[key] = (value, variable);
        return new StoreSettings
        {
            Limits = new StoreLimits(Size(values, "cacheMax"), Size(values, "cacheMinFree"), IsOn(values, "cacheKeepImages")),
            ImagesOfContainers = () => ImagePruning.UsedByContainers(root),
            OnImageEvicted = name => notices($"the image {name} was removed to keep the store within its limit"),
        };
    }

    private static long? Size(Dictionary<string, (string Value, string Source)> values, string key) =>
        !values.TryGetValue(key, out (string Value, string Source) found) || found.Value is None or "0" ? null : DiskSize.Parse(found.Value, found.Source);

    private static bool IsOn(Dictionary<string, (string Value, string Source)> values, string key) =>
        values.TryGetValue(key, out (string Value, string Source) found) && found.Value switch
        {
            "1" or "true" => true,
            "0" or "false" => false,
            _ => throw CommandException.Usage($"invalid {found.Source} \"{found.Value}\": expected true or false"),
        };

    private static IEnumerable<string> Files(HostEnvironment environment)
    {
        string? configuration = environment.Variable("XDG_CONFIG_HOME") ?? (environment.Variable("HOME") is { } home ? Path.Combine(home, ".config") : null);
        if (configuration is not null) yield return Path.Combine(environment.FullPath(configuration), "builder", "builder.json");
        yield return SystemFile;
    }

    private static string TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => value.ToString(),
    };

    private static List<KeyValuePair<string, string>> ReadFile(string path)
    {
        List<KeyValuePair<string, string>> values = [];
        if (!File.Exists(path)) return values;
        try
        {
            if (new FileInfo(path).Length > MaxFileSize) throw new CommandException($"'{path}' is larger than {MaxFileSize} bytes", ExitCode.Refused);
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            if (json.RootElement.ValueKind != JsonValueKind.Object) throw new CommandException($"'{path}' is not a JSON object", ExitCode.Refused);
            foreach (JsonProperty property in json.RootElement.EnumerateObject())
            {
                if (!Known.Any(k => k.Key == property.Name))
                    throw new CommandException($"'{path}': unknown setting \"{property.Name}\"", ExitCode.Refused, $"known are {string.Join(", ", Known.Select(k => k.Key))}");
                values.Add(KeyValuePair.Create(property.Name, TextOf(property.Value)));
            }
        }
        catch (JsonException e)
        {
            throw new CommandException($"'{path}' can't be understood: {e.Message}", ExitCode.Refused, inner: e);
        }

        return values;
    }
}
