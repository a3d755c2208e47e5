using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Builder.Executor.Contexts;
using Builder.Executor.Explaining;
using Builder.Linux.Files;
using Builder.Oci;

namespace Builder.Executor.Copying;

/// <summary>
/// What the same COPY made in an earlier build on the same parent. A file that would come out equal isn't copied once more: the new result gets a name of the
/// earlier result's file, since nobody ever writes to a file of a snapshot.
/// </summary>
internal sealed class EarlierCopy : IDisposable
{
    // Files that one core links before it looks for more.
    private const int Batch = 512;

    // File systems have limits on the names of one file; ext4's, 65,000, is the smallest that matters.
    private const int MostLinks = 60_000;

    private readonly HashSet<UInt128> _files;
    private readonly DirectoryHandle _tree;
    private readonly Lock _keeping = new();
    private readonly List<TreePath> _kept = [];
    private readonly List<(TreePath Path, FileTime Modified)> _directoryTimes = [];

    private EarlierCopy(HashSet<UInt128> files, DirectoryHandle tree) => (_files, _tree) = (files, tree);

    /// <summary>The earlier result's tree, or what it changed in that of its parent.</summary>
    public DirectoryHandle Tree => _tree;

    /// <summary>Reads what the earlier result was made of; null when that doesn't tell which of its files is which.</summary>
    /// <param name="manifest">The list of the files it was made of.</param>
    /// <param name="match">What is copied now.</param>
    /// <param name="directory">Where its tree is.</param>
    public static EarlierCopy? Open(Stream manifest, SourceMatch match, string directory)
    {
        HashSet<UInt128> files = [];
        foreach (ManifestLine line in ContentManifest.Read(manifest))
        {
            // Where several sources came together, a file of the result may be that of another one.
            if (line.Source != 0 || !match.Path.Contains(line.Path)) return null;

            // Attributes, and files with several names, are copied.
            if (line is { Type: "f", Attributes: "-" }) files.Add(IdentityOf(line.Path, line.Content));
        }

        return files.Count == 0 ? null : new EarlierCopy(files, DirectoryHandle.Open(directory));
    }

    /// <summary>Whether the earlier result has a file just as it would be made now. For several threads at once.</summary>
    /// <param name="entry">The source, a regular file with one name in what is copied.</param>
    /// <param name="content">Digest of its bytes.</param>
    /// <param name="earlier">A cursor in <see cref="Tree"/>.</param>
    /// <param name="target">Where it goes.</param>
    /// <param name="policy">Owners and modes.</param>
    public bool Has(TreeEntry entry, Digest content, DirectoryCursor earlier, TreePath target, CopyPolicy policy)
    {
        if (entry.Attributes.Count > 0 || target.IsRoot || !_files.Contains(IdentityOf(entry.Path, ContentManifest.ContentOf(entry.Status, content)))) return false;
        if (!earlier.TryOpen(target.Parent, out DirectoryHandle? parent) || !parent.TryStat(target.Name, out FileStatus made)) return false;
        return made.IsRegular && made.LinkCount < MostLinks && made.Size == entry.Status.Size && made.Modified == entry.Status.Modified
            && made.Mode == policy.ModeOf(entry.Status) && new FileOwner(made.Uid, made.Gid) == policy.OwnerOf(entry.Status);
    }

    /// <summary>These become names of the earlier result's files. For several threads at once.</summary>
    public void Keep(IEnumerable<TreePath> targets)
    {
        lock (_keeping) _kept.AddRange(targets);
    }

    /// <summary>Sets the times of these directories after all names are there.</summary>
    public void SetLater(IEnumerable<(TreePath Path, FileTime Modified)> directoryTimes) => _directoryTimes.AddRange(directoryTimes);

    /// <summary>Makes the names, and sets the times of directories.</summary>
    /// <param name="directory">
    /// The new result's own directory, not a mounted view of it: file systems don't link across mounts. The directories in it are there already.
    /// </param>
    /// <param name="cancellationToken">Stops it.</param>
    public void Finish(string directory, CancellationToken cancellationToken)
    {
        using DirectoryHandle into = DirectoryHandle.Open(directory);
        Batches.Run(_kept.Count, Batch, (first, end) =>
        {
            using var from = new DirectoryCursor(_tree);
            using var to = new DirectoryCursor(into);
            for (int i = first; i < end; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                TreePath path = _kept[i];
                to.Open(path.Parent).MakeHardLink(from.Open(path.Parent), path.Name, path.Name);
            }
        }, cancellationToken);

        using var cursor = new DirectoryCursor(into);
        for (int i = _directoryTimes.Count - 1; i >= 0; i--)
        {
            (TreePath path, FileTime modified) = _directoryTimes[i];
            cursor.Open(path.Parent).SetTimes(path.Name, modified);
        }
    }

    public void Dispose() => _tree.Dispose();

    // A digest instead of both texts: a million of them fit into memory.
    private static UInt128 IdentityOf(TreePath path, string content)
    {
        byte[] name = path.ToBytes();
        byte[] bytes = [.. name, 0, .. Encoding.UTF8.GetBytes(content)];
        return BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(bytes));
    }
}
