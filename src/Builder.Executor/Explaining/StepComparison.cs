using Builder.Cache.History;
using Builder.Cache.Keys;
using Builder.Cache.Manifests;
using Builder.Oci;

namespace Builder.Executor.Explaining;

/// <summary>Names what differs between a step and its earlier self: its own inputs first, then what it reads, then what it stands on.</summary>
/// <param name="now">The steps of the build.</param>
/// <param name="before">The steps of the earlier one.</param>
/// <param name="matches">What <see cref="StepMatcher"/> found.</param>
/// <param name="manifests">Lists of files.</param>
/// <param name="canonicalOf">The canonical key that a definition key of the earlier build leads to, when the store still knows it.</param>
internal sealed class StepComparison(
    IReadOnlyList<StepRecord> now, IReadOnlyList<StepRecord> before, int?[] matches, ManifestStore manifests, Func<Digest, CacheKey?> canonicalOf)
{
    private const string Variable = "env ";
    private const string Content = " content";
    private const string ParentName = "parent";
    private const string MainContext = "context";

    // A field that only says how many others there are.
    private static readonly string[] Counts = ["variables", "mounts"];

    private static readonly Dictionary<string, string> Settings = new(StringComparer.Ordinal)
    {
        ["argv"] = "command",
        ["workdir"] = "working directory",
        ["user"] = "user",
        ["network"] = "network",
        ["insecure"] = "--security=insecure",
        ["hosts"] = "--add-host",
        ["sources"] = "sources",
        ["fetched"] = "sources that are fetched",
        ["inline names"] = "name of a here-document",
        ["inline files"] = "content of a here-document",
        ["destination"] = "destination",
        ["chown"] = "--chown",
        ["chmod"] = "--chmod",
        ["unpack"] = "ADD instead of COPY, or the other way round",
        ["from image"] = "whether it copies from a stage",
        ["link"] = "--link",
        ["parents"] = "--parents",
        ["exclude"] = "--exclude",
        ["path"] = "path",
    };

    /// <summary>The differences, the telling ones first; empty when there are none.</summary>
    /// <param name="step">A step that has an earlier self.</param>
    public IReadOnlyList<string> Differences(int step)
    {
        StepRecord current = now[step], earlier = before[matches[step]!.Value]; // asked for matched steps only
        (CacheKey key, CacheKey oldKey) = Comparable(current, earlier);
        if (key.Digest == oldKey.Digest) return [];
        Dictionary<string, CacheKeyField> old = oldKey.Fields.ToDictionary(f => f.Name, StringComparer.Ordinal);
        List<string> own = [], contents = [], inputs = [];
        foreach (CacheKeyField field in key.Fields)
        {
            old.Remove(field.Name, out CacheKeyField? other);
            if (other?.ValueDigest == field.ValueDigest || Counts.Contains(field.Name)) continue;
            if (InputOf(field.Name) is not { } input) own.Add(Own(field.Name, other, field, current, earlier));
            else if (field.Name.EndsWith(Content, StringComparison.Ordinal)) contents.AddRange(Files(step, input, other, field));
            else inputs.Add(Input(current, earlier, input));
        }

        foreach (CacheKeyField gone in old.Values.Where(f => !Counts.Contains(f.Name) && InputOf(f.Name) is null)) own.Add(Own(gone.Name, gone, null, current, earlier));
        List<string> all = [.. own, .. contents, .. inputs];
        return all.Count > 0 ? [.. all.Select(ValueText.OnOneLine)] : [Reordered(key, oldKey)];
    }

    // Canonical keys tell what was read; where one is unknown, both definitions are compared.
    private (CacheKey Now, CacheKey Before) Comparable(StepRecord current, StepRecord earlier)
    {
        CacheKey? old = earlier.Canonical ?? canonicalOf(earlier.Definition.Digest);
        return current.Canonical is { } canonical && old is not null ? (canonical, old) : (current.Definition, earlier.Definition);
    }

    private static string Reordered(CacheKey key, CacheKey oldKey) => key.Fields.Select(f => f.Name).SequenceEqual(oldKey.Fields.Select(f => f.Name), StringComparer.Ordinal)
        ? "this version of builder identifies the step in another way"
        : "the order of its variables changed";

    private static int? InputOf(string field)
    {
        string name = field.EndsWith(Content, StringComparison.Ordinal) ? field[..^Content.Length] : field;
        if (name == ParentName) return 0;
        return name.StartsWith("input ", StringComparison.Ordinal) && int.TryParse(name.AsSpan(6), out int index) ? index : null;
    }

    private static string Own(string name, CacheKeyField? old, CacheKeyField? field, StepRecord current, StepRecord earlier)
    {
        string what = old is null ? "was added" : field is null ? "was removed" : "changed";
        if (name.StartsWith(Variable, StringComparison.Ordinal))
        {
            string variable = name[Variable.Length..];
            bool isArgument = current.BuildArguments.Contains(variable) || earlier.BuildArguments.Contains(variable);
            return $"{(isArgument ? "build argument" : "environment variable")} {variable} {what}";
        }

        string setting = Settings.GetValueOrDefault(name, name);
        if (old?.Text is null && field?.Text is null) return $"{setting} {what}";
        return old is null || field is null ? $"{setting} {what}: {ValueText.Quote((old ?? field)!.Text)}" : $"{setting} changed {ValueText.Change(old.Text, field.Text)}";
    }

    private IEnumerable<string> Files(int step, int input, CacheKeyField? old, CacheKeyField field)
    {
        StepRecord source = now[now[step].Inputs[input]];
        string place = source.Kind switch
        {
            "context" => ContextName(source) is { } name and not MainContext ? $" (from the context '{name}')" : "",
            "git" or "file" or "archive" => $" (from {source.Label})",
            _ => $" (from {source.Image ?? $"stage '{source.Stage}'"})",
        };
        if (Open(old?.Text) is { } from && Open(field.Text) is { } to)
        {
            using (from)
            using (to)
            {
                IReadOnlyList<string> differences = ManifestDifference.Between(ContentManifest.Read(from), ContentManifest.Read(to));
                if (differences.Count > 0) return differences.Select(d => d + place);
            }
        }

        return [$"the files it reads differ{place}, and the list of the earlier ones is not kept any more"];
    }

    private static string? ContextName(StepRecord context) => context.Definition.Fields.FirstOrDefault(f => f.Name == "name")?.Text;

    private Stream? Open(string? digest) => Digest.TryParse(digest, out Digest content) ? manifests.OpenRead(content) : null;

    private string Input(StepRecord current, StepRecord earlier, int input)
    {
        StepRecord source = now[current.Inputs[input]];
        StepRecord? old = input < earlier.Inputs.Count ? before[earlier.Inputs[input]] : null;
        string role = input == 0 ? "parent step" : "input step";
        if (old is null) return $"{role} {source.Label} was added";
        if (source.Image is not null && old.Image is not null)
            return $"base image changed from {old.Image} to {source.Image}";
        return matches[current.Inputs[input]] == earlier.Inputs[input]
            ? $"{role} {source.Label} changed"
            : $"{role} is {source.Label} instead of {old.Label}";
    }
}
