using Builder.Executor.Copying;
using Builder.Graph.Operations;
using Builder.Linux.Files;
using Builder.Oci;

namespace Builder.Executor.Contexts;

/// <summary>The digest of what a COPY or a bind mount reads: everything that decides the result, nothing else; never a time.</summary>
internal static class ContentDigest
{
    private const int Version = 2;

    private static readonly string EmptyFile = Digest.Sha256([]).ToString();

    /// <summary>Digest of all matches of all sources.</summary>
    /// <param name="tree">Where they are.</param>
    /// <param name="sources">Matches by source.</param>
    /// <param name="view">Which metadata counts.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static Digest Of(SourceTree tree, IReadOnlyList<IReadOnlyList<SourceMatch>> sources, MetadataView view, CancellationToken cancellationToken)
    {
        HashInParallel(tree, sources.SelectMany(s => s).SelectMany(m => m.Entries), cancellationToken);
        using var hash = new ContentHash();
        hash.Add(Version);
        hash.Add(sources.Count);
        foreach (IReadOnlyList<SourceMatch> matches in sources)
        {
            hash.Add(matches.Count);
            foreach (SourceMatch match in matches) AddMatch(hash, tree, match, view, cancellationToken);
        }

        return hash.Finish();
    }

    /// <summary>What counts for a copy.</summary>
    public static MetadataView ViewOf(CopyOperation copy)
    {
        // What a symbolic --chmod makes of a mode depends on that mode.
        ModeChange? change = copy.Chmod is null ? null : ModeChange.Parse(copy.Chmod);
        return new(Owner: copy.FromImage && copy.Chown is null, Mode: change?.Octal is null, copy.Parents, change);
    }

    // Fills the tree's memory of file digests; the order of the result is made afterwards.
    private static void HashInParallel(SourceTree tree, IEnumerable<TreeEntry> entries, CancellationToken cancellationToken)
    {
        // Threads only for files that have to be read.
        List<TreeEntry> unknown = [.. entries.Where(e => e.Status.IsRegular && !tree.Knows(e))];
        if (unknown.Count == 0) return;
        var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        try
        {
            Parallel.ForEach(unknown, options, e => tree.HashFile(e, cancellationToken));
        }
        catch (AggregateException e) when (e.InnerExceptions.FirstOrDefault(i => i is OperationException) is { } first)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
        }
        catch (AggregateException e) when (e.InnerExceptions.Any(i => i is OperationCanceledException))
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private static void AddMatch(ContentHash hash, SourceTree tree, SourceMatch match, MetadataView view, CancellationToken cancellationToken)
    {
        bool isDirectory = match.Top.Status.IsDirectory;

        // A directory's own name and metadata don't arrive (its contents do), unless the parents are kept.
        hash.Add(view.Parents ? match.Name.ToBytes() : isDirectory ? [] : match.Name.Name);
        hash.Add(match.Ancestors.Count);
        foreach (TreeEntry ancestor in match.Ancestors) AddMetadata(hash, ancestor, view);
        hash.Add(match.Entries.Count);
        var linked = new Dictionary<(ulong Device, ulong Inode), TreePath>();
        foreach (TreeEntry entry in match.Entries)
        {
            hash.Add(entry.Path.RelativeTo(match.Path).ToBytes());
            hash.Add(NumberOf(entry.Status.Type));
            if (ReferenceEquals(entry, match.Top) && isDirectory && !view.Parents) continue;
            AddMetadata(hash, entry, view);
            hash.Add(entry.LinkTarget ?? []);
            hash.Add(entry.Status.DeviceMajor);
            hash.Add(entry.Status.DeviceMinor);
            if (entry.Status.Type is not (FileType.Regular or FileType.Socket)) continue;
            hash.Add(entry.Status.IsRegular ? entry.Status.Size : 0);
            hash.Add(entry.Status.IsRegular ? tree.HashFile(entry, cancellationToken).ToString() : EmptyFile);

            // Names of one file arrive as names of one file.
            hash.Add(entry.Status.IsRegular ? EarlierName(match, entry, linked)?.ToBytes() ?? [] : []);
        }
    }

    /// <summary>The first name, below the match, of a file that has had one already in this match; else null.</summary>
    internal static TreePath? EarlierName(SourceMatch match, TreeEntry entry, Dictionary<(ulong Device, ulong Inode), TreePath> linked)
    {
        if (entry.Status.LinkCount < 2) return null;
        TreePath name = entry.Path.RelativeTo(match.Path);
        return linked.TryAdd((entry.Status.Device, entry.Status.Inode), name) ? null : linked[(entry.Status.Device, entry.Status.Inode)];
    }

    private static void AddMetadata(ContentHash hash, TreeEntry entry, MetadataView view)
    {
        hash.Add(view.Mode && !entry.Status.IsSymbolicLink ? view.Change?.Apply(entry.Status.Mode, entry.Status.IsDirectory) ?? entry.Status.Mode : -1);
        hash.Add(view.Owner ? entry.Status.Uid : -1);
        hash.Add(view.Owner ? entry.Status.Gid : -1);
        hash.Add(entry.Attributes.Count);
        foreach (ExtendedAttribute attribute in entry.Attributes)
        {
            hash.Add(attribute.Name);
            hash.Add(attribute.Value);
        }
    }

    // Numbers of our own: the enum's may change.
    private static int NumberOf(FileType type) => type switch
    {
        FileType.Regular or FileType.Socket => 1,
        FileType.Directory => 2,
        FileType.SymbolicLink => 3,
        FileType.CharacterDevice => 4,
        FileType.BlockDevice => 5,
        FileType.Fifo => 6,
        _ => throw new NotSupportedException($"a {type} is never copied"),
    };
}

/// <summary>Which metadata of the sources decides the result.</summary>
/// <param name="Owner">Owner and group.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="Parents">The path to each source and its top directory's metadata.</param>
/// <param name="Change">What becomes of permission bits on the way.</param>
internal readonly record struct MetadataView(bool Owner, bool Mode, bool Parents, ModeChange? Change = null);
