using Builder.Cache;
using Builder.Cli.Formatting;

namespace Builder.Cli.Images;

/// <summary>Chooses the rows that <c>images</c> shows. Values of one key are alternatives, keys all have to match.</summary>
internal static class ImageFilter
{
    /// <summary>The rows, newest image first.</summary>
    /// <exception cref="CommandException">A filter makes no sense.</exception>
    public static IReadOnlyList<ImageRow> Apply(BuilderStore store, ImagesArguments arguments)
    {
        IEnumerable<ImageRow> rows = store.Images.List()
            .OrderByDescending(i => Timestamps.Parse(i.Image.Config.Created) ?? DateTimeOffset.MinValue)
            .SelectMany(i => i.Names.Count == 0 ? [new ImageRow(i.Image, null)] : i.Names.Select(n => new ImageRow(i.Image, n)));
        if (arguments.Reference is { } reference) rows = rows.Where(r => MatchesReference(r, reference));
        foreach (IGrouping<string, string> filter in arguments.Filters.GroupBy(f => f.Key, f => f.Value, StringComparer.Ordinal))
        {
            Func<ImageRow, bool>[] tests = [.. filter.Select(value => Test(store, filter.Key, value))];
            rows = rows.Where(r => tests.Any(t => t(r)));
        }

        return [.. rows];
    }

    private static Func<ImageRow, bool> Test(BuilderStore store, string key, string value)
    {
        switch (key)
        {
            case "reference":
                return row => MatchesReference(row, value);
            case "dangling":
                bool dangling = value switch
                {
                    "true" or "1" => true,
                    "false" or "0" => false,
                    _ => throw CommandException.Usage($"invalid filter \"dangling={value}\": expected true or false"),
                };
                return row => row.Name is null == dangling;
            case "label":
                (string name, string? wanted) = CommandLine.KeyValues.Split(value);
                return row => row.Image.Config.Config.Labels is { } labels && labels.TryGetValue(name, out string? label) && (wanted is null || wanted == label);
            default:
                DateTimeOffset limit = Created(ImageLookup.Require(store, value));
                return key == "before" ? row => Created(row.Image) < limit : row => Created(row.Image) > limit;
        }
    }

    private static DateTimeOffset Created(Cache.Images.StoredImage image) => Timestamps.Parse(image.Config.Created) ?? DateTimeOffset.MinValue;

    private static bool MatchesReference(ImageRow row, string pattern) =>
        row.Name is { } name && (Glob.IsMatch(pattern, name.FamiliarName) || Glob.IsMatch(pattern, name.FamiliarRepository));
}
