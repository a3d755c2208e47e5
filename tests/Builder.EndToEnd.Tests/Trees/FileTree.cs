using System.Collections.Immutable;
using System.Formats.Tar;
using System.Text;

namespace Builder.EndToEnd.Tests.Trees;

/// <summary>A file tree, comparable with another entry for entry.</summary>
internal sealed class FileTree
{
    /// <summary>What Docker itself puts into every container, and lists in `docker export`.</summary>
    private static readonly ImmutableHashSet<string> MadeByDocker =
        ImmutableHashSet.Create(StringComparer.Ordinal, ".dockerenv", "etc/hosts", "etc/hostname", "etc/resolv.conf", "etc/mtab", "dev/console");

    /// <summary>Mount points that Docker makes when the image lacks them.</summary>
    private static readonly ImmutableHashSet<string> MountPoints =
        ImmutableHashSet.Create(StringComparer.Ordinal, "dev", "proc", "sys", "dev/pts", "dev/shm", "dev/mqueue", "etc", "");

    private FileTree(ImmutableSortedDictionary<string, TreeEntry> entries) => Entries = entries;

    public ImmutableSortedDictionary<string, TreeEntry> Entries { get; }

    public TreeEntry this[string path] =>
        Entries.TryGetValue(path, out TreeEntry? entry) ? entry : throw new KeyNotFoundException($"no {path} in the tree");

    public static FileTree Read(string tarPath)
    {
        using FileStream stream = File.OpenRead(tarPath);
        return Read(stream);
    }

    public static FileTree Read(byte[] tar) => Read(new MemoryStream(tar));

    public static FileTree Read(Stream stream)
    {
        Dictionary<string, TreeEntry> entries = new(StringComparer.Ordinal);
        foreach (TreeEntry entry in new TarReader(stream).Entries())
            entries[entry.Path] = entry;
        return new FileTree(WithHardLinksAsGroups(entries));
    }

    /// <summary>Differences to what Docker exported; empty when the trees are the same.</summary>
    /// <param name="docker">The other tree.</param>
    /// <param name="ignored">Paths not to look at, such as volumes, which Docker makes when a container is created.</param>
    public IReadOnlyList<string> DifferencesToDocker(FileTree docker, params IEnumerable<string> ignored)
    {
        HashSet<string> skipped = new(MadeByDocker.Union(ignored), StringComparer.Ordinal);
        List<string> differences = [];
        foreach (string path in Entries.Keys.Union(docker.Entries.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            if (skipped.Contains(path))
                continue;
            string? ours = Entries.GetValueOrDefault(path)?.Describe();
            string? theirs = docker.Entries.GetValueOrDefault(path)?.Describe();
            if (ours == theirs || (ours is null && MountPoints.Contains(path)) || (theirs is null && path.Length == 0))
                continue;
            differences.Add($"{path}\n  ours:   {ours ?? "(not there)"}\n  docker: {theirs ?? "(not there)"}");
        }

        return differences;
    }

    public void AssertSameAsDocker(FileTree docker, params IEnumerable<string> ignored)
    {
        IReadOnlyList<string> differences = DifferencesToDocker(docker, ignored);
        Assert.True(differences.Count == 0, $"{differences.Count} differences:\n{string.Join('\n', differences.Take(40))}");
    }

    /// <summary>Which of several names comes first in an archive is chance, so each name gets the file's facts and the list of all its names.</summary>
    private static ImmutableSortedDictionary<string, TreeEntry> WithHardLinksAsGroups(Dictionary<string, TreeEntry> entries)
    {
        ILookup<string, string> groups = entries.Values.Where(e => e.Type == "hardlink").ToLookup(e => Origin(e, entries).Path, e => e.Path);
        Dictionary<string, TreeEntry> result = new(entries, StringComparer.Ordinal);
        foreach (IGrouping<string, string> group in groups)
        {
            string[] names = [.. group.Append(group.Key).Order(StringComparer.Ordinal)];
            foreach (string name in names)
                result[name] = entries[group.Key] with { Path = name, Names = string.Join(", ", names) };
        }

        return result.ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    private static TreeEntry Origin(TreeEntry entry, Dictionary<string, TreeEntry> entries)
    {
        for (int depth = 0; entry.Type == "hardlink"; depth++)
        {
            if (depth > 100 || !entries.TryGetValue(entry.LinkTarget, out TreeEntry? target))
                throw new InvalidDataException($"hard link {entry.Path} to {entry.LinkTarget}, which is not in the archive");
            entry = target;
        }

        return entry;
    }

    /// <summary>Content of one small file of an archive, by System.Formats.Tar.</summary>
    public static string ReadText(Stream stream, string path)
    {
        using System.Formats.Tar.TarReader reader = new(stream);
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.Name.TrimStart('.').Trim('/') == path && entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile && entry.DataStream is { } data)
                return new StreamReader(data, Encoding.UTF8).ReadToEnd();
        }

        throw new KeyNotFoundException($"no file {path} in the archive");
    }
}
