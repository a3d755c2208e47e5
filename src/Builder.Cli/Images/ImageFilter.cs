using Builder.Cache;
using Builder.Cache.Images;
using Builder.Cli.Formatting;
using Builder.Oci;

namespace Builder.Cli.Images;

/// <summary>Chooses the rows that <c>images</c> shows. Labels all have to match, values of another key are alternatives.</summary>
internal static class ImageFilter
{
    /// <summary>The rows, newest image first.</summary>
    /// <exception cref="CommandException">A filter makes no sense.</exception>
    public static IReadOnlyList<ImageRow> Apply(BuilderStore store, ImagesArguments arguments)
    {
        IEnumerable<ImageRow> rows = store.Images.List()
            .OrderByDescending(i => Timestamps.Parse(i.Image.Config.Created) ?? DateTimeOffset.MinValue)
            .SelectMany(i => RowsOf(i.Image, i.Names, arguments.Digests));
        if (arguments.Reference is { } reference) rows = rows.Where(r => MatchesReference(r, reference));
        foreach (IGrouping<string, string> filter in arguments.Filters.GroupBy(f => f.Key, f => f.Value, StringComparer.Ordinal))
        {
            Func<ImageRow, bool>[] tests = [.. filter.Select(value => Test(store, filter.Key, value))];
            rows = filter.Key == "label" ? rows.Where(r => tests.All(t => t(r))) : rows.Where(r => tests.Any(t => t(r)));
        }

        return [.. rows];
    }

    // A digest is shown beside the tags of its repository, or alone when there are none.
    private static IEnumerable<ImageRow> RowsOf(StoredImage image, IReadOnlyList<ImageReference> names, bool withDigests)
    {
        if (names.Count == 0) return [new ImageRow(image, null)];
        return names.GroupBy(n => n.Repository, StringComparer.Ordinal).SelectMany(repository =>
        {
            ImageReference[] tags = [.. repository.Where(n => n.Digest is null)];
            ImageReference[] digests = [.. repository.Where(n => n.Digest is not null)];
            if (tags.Length == 0) return withDigests ? digests.Select(d => new ImageRow(image, d, d.Digest)) : [new ImageRow(image, digests[0])];
            if (!withDigests || digests.Length == 0) return tags.Select(t => new ImageRow(image, t));
            return tags.SelectMany(t => digests.Select(d => new ImageRow(image, t, d.Digest)));
        });
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
                    _ => throw new CommandException($"invalid filter \"dangling={value}\": expected true or false"),
                };
                return row => row.Name?.Tag is null == dangling;
            case "label":
                (string name, string? wanted) = CommandLine.KeyValues.Split(value);
                return row => row.Image.Config.Config.Labels is { } labels && labels.TryGetValue(name, out string? label) && (wanted is null || wanted == label);
            default:
                DateTimeOffset limit = Created(ImageLookup.Require(store, value));
                return key == "before" ? row => Created(row.Image) < limit : row => Created(row.Image) > limit;
        }
    }

    private static DateTimeOffset Created(StoredImage image) => Timestamps.Parse(image.Config.Created) ?? DateTimeOffset.MinValue;

    private static bool MatchesReference(ImageRow row, string pattern) =>
        row.Name is { } name && (Glob.IsMatch(pattern, name.FamiliarName) || Glob.IsMatch(pattern, name.FamiliarRepository));
}
