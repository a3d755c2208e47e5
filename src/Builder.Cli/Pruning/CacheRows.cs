using System.Globalization;
using System.Text.Json.Nodes;
using Builder.Cache.Usage;
using Builder.Cli.Formatting;

namespace Builder.Cli.Pruning;

/// <summary>How things of the cache are shown.</summary>
internal static class CacheRows
{
    /// <summary>Column headings by field.</summary>
    public static readonly Dictionary<string, string> Headings = new(StringComparer.Ordinal)
    {
        ["ID"] = "ID",
        ["Parents"] = "PARENTS",
        ["Type"] = "TYPE",
        ["CacheType"] = "CACHE TYPE",
        ["Description"] = "DESCRIPTION",
        ["CreatedAt"] = "CREATED AT",
        ["CreatedSince"] = "CREATED",
        ["LastUsedAt"] = "LAST USED AT",
        ["LastUsedSince"] = "LAST USED",
        ["LastAccessed"] = "LAST ACCESSED",
        ["InUse"] = "IN USE",
        ["Reclaimable"] = "RECLAIMABLE",
        ["Shared"] = "SHARED",
        ["Size"] = "SIZE",
        ["Bytes"] = "BYTES",
    };

    private const int ShownDescription = 60;

    /// <summary>BuildKit's names, where it has one.</summary>
    public static string TypeOf(UsageKind kind) => kind switch
    {
        UsageKind.CacheMount => "exec.cachemount",
        UsageKind.Blob => "blob",
        _ => "regular",
    };

    /// <summary>An item's fields.</summary>
    public static JsonObject Fields(UsageItem item, DateTimeOffset now) => new()
    {
        ["ID"] = item.Id,
        ["Parents"] = item.Parents ?? "",
        ["Type"] = TypeOf(item.Kind),
        ["CacheType"] = TypeOf(item.Kind),
        ["Description"] = Shortened(item.Description),
        ["CreatedAt"] = At(item.CreatedAt),
        ["CreatedSince"] = HumanAge.FormatAgo(item.CreatedAt, now),
        ["LastUsedAt"] = At(item.LastUsed),
        ["LastUsedSince"] = HumanAge.FormatAgo(item.LastUsed, now),
        ["LastAccessed"] = HumanAge.FormatAgo(item.LastUsed, now),
        ["InUse"] = item.IsInUse,
        ["Reclaimable"] = !item.IsInUse,
        ["Shared"] = item.IsShared,
        ["Size"] = HumanSize.Format(item.Size),
        ["Bytes"] = item.Size,
    };

    private static string At(DateTimeOffset time) => Timestamps.At(time.ToString("O", CultureInfo.InvariantCulture));

    private static string Shortened(string text)
    {
        string line = text.ReplaceLineEndings(" ");
        return line.Length <= ShownDescription ? line : line[..(ShownDescription - 1)] + "…";
    }
}
