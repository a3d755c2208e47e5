using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Builder.EndToEnd.Tests.Trees;
using Tar = System.Formats.Tar;

namespace Builder.EndToEnd.Tests.Differential;

/// <summary>An image as an archive for `docker load` tells it: its config, and the tree that its layers make one on the other.</summary>
internal sealed record BuiltImage(JsonNode Config, ImmutableSortedDictionary<string, TreeEntry> Tree)
{
    private const string Whiteout = ".wh.";
    private const string Opaque = ".wh..wh..opq";

    public static BuiltImage Read(string archive)
    {
        Dictionary<string, long> offsets = Offsets(archive);
        JsonNode manifest = JsonNode.Parse(ReadText(archive, "manifest.json"))![0]!;
        JsonNode config = JsonNode.Parse(ReadText(archive, manifest[nameof(Config)]!.GetValue<string>()))!;
        Dictionary<string, (int Layer, TreeEntry Entry)> tree = new(StringComparer.Ordinal);
        int index = 0;
        foreach (JsonNode? layer in manifest["Layers"]?.AsArray() ?? [])
            Apply(tree, ReadLayer(archive, offsets[layer!.GetValue<string>()]), index++);
        return new BuiltImage(config, Finish(tree));
    }

    private static void Apply(Dictionary<string, (int Layer, TreeEntry Entry)> tree, FileTree layer, int index)
    {
        foreach (string path in layer.Entries.Keys.Where(path => NameOf(path).StartsWith(Whiteout, StringComparison.Ordinal)))
        {
            string parent = path[..^NameOf(path).Length];
            if (NameOf(path) == Opaque)
                RemoveBelow(tree, parent);
            else
                Remove(tree, parent + NameOf(path)[Whiteout.Length..]);
        }

        foreach ((string path, TreeEntry entry) in layer.Entries)
        {
            if (NameOf(path).StartsWith(Whiteout, StringComparison.Ordinal))
                continue;
            if (entry.Type != "directory" || (tree.TryGetValue(path, out var before) && before.Entry.Type != "directory"))
                Remove(tree, path);
            tree[path] = (index, entry);
        }
    }

    /// <summary>Names of one file that a later layer took away are no longer among its names.</summary>
    private static ImmutableSortedDictionary<string, TreeEntry> Finish(Dictionary<string, (int Layer, TreeEntry Entry)> tree)
    {
        ILookup<(int Layer, string Names), string> names = tree.Where(pair => pair.Value.Entry.Names.Length > 0)
            .ToLookup(pair => (pair.Value.Layer, pair.Value.Entry.Names), pair => pair.Key);
        return tree.ToImmutableSortedDictionary(
            pair => pair.Key,
            pair =>
            {
                string[] left = [.. names[(pair.Value.Layer, pair.Value.Entry.Names)].Order(StringComparer.Ordinal)];
                return pair.Value.Entry with { Names = left.Length > 1 ? string.Join(", ", left) : "" };
            },
            StringComparer.Ordinal);
    }

    private static void Remove(Dictionary<string, (int Layer, TreeEntry Entry)> tree, string path)
    {
        tree.Remove(path);
        RemoveBelow(tree, path + "/");
    }

    private static void RemoveBelow(Dictionary<string, (int Layer, TreeEntry Entry)> tree, string prefix)
    {
        foreach (string below in tree.Keys.Where(key => key.Length > prefix.Length && key.StartsWith(prefix, StringComparison.Ordinal)).ToList())
            tree.Remove(below);
    }

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static FileTree ReadLayer(string archive, long offset)
    {
        using FileStream stream = File.OpenRead(archive);
        stream.Position = offset;
        return FileTree.Read(stream);
    }

    private static string ReadText(string archive, string path)
    {
        using FileStream stream = File.OpenRead(archive);
        return FileTree.ReadText(stream, path);
    }

    private static Dictionary<string, long> Offsets(string archive)
    {
        Dictionary<string, long> offsets = new(StringComparer.Ordinal);
        Dictionary<string, string> links = new(StringComparer.Ordinal);
        using FileStream stream = File.OpenRead(archive);
        using Tar.TarReader reader = new(stream);
        while (reader.GetNextEntry() is { } entry)
        {
            // Docker writes a layer that an image has twice as a link to the first.
            if (entry.EntryType is Tar.TarEntryType.SymbolicLink)
                links[entry.Name] = Path.GetFullPath("/" + Path.Combine(Path.GetDirectoryName(entry.Name)!, entry.LinkName))[1..];
            else
                offsets[entry.Name] = entry.DataOffset;
        }

        foreach ((string name, string target) in links)
            offsets[name] = offsets[target];
        return offsets;
    }
}
