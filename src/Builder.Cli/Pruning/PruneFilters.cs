using System.Globalization;
using Builder.Cache.Usage;
using Builder.Cli.CommandLine;
using Builder.Cli.Formatting;
using Builder.Oci.Collections;

namespace Builder.Cli.Pruning;

/// <summary>The <c>--filter</c> flags of pruning: labels all have to match, values of another key are alternatives; keys all have to match.</summary>
/// <param name="Filters">Key and value each; <c>label!</c> for labels that must be missing.</param>
internal sealed record PruneFilters(EquatableArray<KeyValuePair<string, string>> Filters)
{
    /// <summary>Keys for containers and images.</summary>
    public static readonly string[] OfObjects = ["until", "label", "label!"];

    /// <summary>Keys for images.</summary>
    public static readonly string[] OfImages = [.. OfObjects, "dangling"];

    /// <summary>Keys for the cache.</summary>
    public static readonly string[] OfCache = ["until", "unused-for", "id", "type", "inuse", "shared", "private", "description"];

    /// <summary>Reads flags.</summary>
    /// <exception cref="CommandException">A filter makes no sense.</exception>
    public static PruneFilters Read(IEnumerable<string> flags, string[] known)
    {
        List<KeyValuePair<string, string>> read = [];
        foreach (string text in flags.SelectMany(f => f.Split(',')))
        {
            (string name, string? value) = KeyValues.Split(text);
            if (name.EndsWith('~')) name = name[..^1];
            if (!known.Contains(name)) throw new CommandException($"invalid filter \"{name}\"", hint: $"known are {string.Join(", ", known)}");
            bool isFlag = name is "inuse" or "shared" or "private" or "dangling";
            if (value is null && !isFlag) throw CommandException.Usage($"invalid filter \"{text}\": expected {name}=value");
            if (isFlag && value is not (null or "true" or "false" or "1" or "0")) throw new CommandException($"invalid filter \"{text}\": expected true or false");
            if (name is "until" or "unused-for") Moment(value!, DateTimeOffset.UnixEpoch); // was given, as these are no flags
            read.Add(KeyValuePair.Create(name, value ?? "true"));
        }

        return new PruneFilters([.. read]);
    }

    /// <summary>What <c>dangling</c> says last, or null.</summary>
    public bool? Dangling => Filters.LastOrDefault(f => f.Key == "dangling").Value is { } value ? IsTrue(value) : null;

    /// <summary>Whether something made at a time and with these labels is meant.</summary>
    public bool Matches(DateTimeOffset created, IReadOnlyDictionary<string, string>? labels, DateTimeOffset now) => Filters.GroupBy(f => f.Key).All(key => key.Key switch
    {
        "label" => key.All(f => HasLabel(labels, f.Value)),
        "dangling" => true,
        "label!" => !key.All(f => HasLabel(labels, f.Value)),
        _ => key.All(f => created < Moment(f.Value, now)),
    });

    /// <summary>Whether a thing of the cache is meant.</summary>
    public bool Matches(UsageItem item, DateTimeOffset now) => Filters.GroupBy(f => f.Key).All(key => key.Any(f => f.Key switch
    {
        "id" => item.Id.StartsWith(f.Value, StringComparison.Ordinal) || item.Id == "sha256:" + f.Value,
        "type" => CacheRows.TypeOf(item.Kind) == f.Value,
        "inuse" => item.IsInUse == IsTrue(f.Value),
        "shared" => item.IsShared == IsTrue(f.Value),
        "private" => item.IsShared != IsTrue(f.Value),
        "description" => item.Description.Contains(f.Value, StringComparison.Ordinal),
        _ => item.LastUsed < Moment(f.Value, now),
    }));

    private static bool IsTrue(string value) => value is "true" or "1";

    private static bool HasLabel(IReadOnlyDictionary<string, string>? labels, string filter)
    {
        (string name, string? wanted) = KeyValues.Split(filter);
        return labels is not null && labels.TryGetValue(name, out string? value) && (wanted is null || wanted == value);
    }

    // How long ago, or a time.
    private static DateTimeOffset Moment(string text, DateTimeOffset now)
    {
        if (GoDuration.TryParse(text, out TimeSpan ago)) return now - DateTimeOffset.MinValue > ago ? now - ago : DateTimeOffset.MinValue;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds < 253_000_000_000) return DateTimeOffset.FromUnixTimeSeconds(seconds);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset time)
            ? time
            : throw CommandException.Usage($"invalid time \"{text}\": expected a duration such as 24h, or a date");
    }
}
