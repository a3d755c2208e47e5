using System.Text;
using Builder.Executor.Contexts;
using Builder.Graph.Operations;
using Builder.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace Builder.Executor.Copying;

/// <summary>Carries out COPY and ADD on a view of the destination.</summary>
internal sealed class CopyRunner(CopyOperation operation)
{
    /// <summary>What the sources stand for, one list per source.</summary>
    /// <param name="operation">What to copy.</param>
    /// <param name="source">Where from.</param>
    /// <param name="written">The sources as their user wrote them, for messages; empty when that isn't known.</param>
    /// <exception cref="OperationException">One stands for nothing.</exception>
    public static IReadOnlyList<IReadOnlyList<SourceMatch>> Match(CopyOperation operation, SourceTree source, IReadOnlyList<string> written)
    {
        var matcher = new SourceMatcher(source, IgnoreRules.FromPatterns(operation.Exclude), operation.Parents);
        var matches = new IReadOnlyList<SourceMatch>[operation.Sources.Count];
        for (int i = 0; i < matches.Length; i++) matches[i] = MatchOne(operation, matcher, i, written);
        return matches;
    }

    /// <summary>What there is to say of the sources that stand for nothing; each tells which it is.</summary>
    /// <inheritdoc cref="Match" path="/param"/>
    public static IReadOnlyList<OperationException> Missing(CopyOperation operation, SourceTree source, IReadOnlyList<string> written)
    {
        var matcher = new SourceMatcher(source, IgnoreRules.FromPatterns(operation.Exclude), operation.Parents);
        var missing = new List<OperationException>();
        for (int i = 0; i < operation.Sources.Count; i++)
        {
            try
            {
                MatchOne(operation, matcher, i, written);
            }
            catch (OperationException e)
            {
                missing.Add(e);
            }
        }

        return missing;
    }

    private static IReadOnlyList<SourceMatch> MatchOne(CopyOperation operation, SourceMatcher matcher, int index, IReadOnlyList<string> written)
    {
        try
        {
            return matcher.Match(operation.Sources[index], index < written.Count ? written[index] : operation.Sources[index]);
        }
        catch (OperationException e)
        {
            e.SourceIndex = index;
            throw;
        }
    }

    /// <summary>Copies.</summary>
    /// <param name="source">Where the matches are; null when there are only inline files.</param>
    /// <param name="sources">What <see cref="Match"/> gave.</param>
    /// <param name="root">The destination's root, in which old and new are one tree.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>A source file that changed meanwhile, or null.</returns>
    /// <exception cref="OperationException">It can't be done.</exception>
    public TreePath? Run(SourceTree? source, IReadOnlyList<IReadOnlyList<SourceMatch>> sources, DirectoryHandle root, CancellationToken cancellationToken) =>
        Run([.. sources.Select(matches => new CopySource(source!, matches, operation.UnpackArchives))], root, cancellationToken); // no matches without a source

    /// <summary>
    /// The one directory that is copied, when there is nothing else: what an earlier build made of it can be told file by file. Else null.
    /// </summary>
    public SourceMatch? SingleDirectory(IReadOnlyList<CopySource> sources) =>
        sources is [{ Matches: [{ Top.Status.IsDirectory: true } only] }] && operation is { Parents: false, InlineFiles.Count: 0 } ? only : null;

    /// <summary>Copies from several trees.</summary>
    /// <param name="sources">What to copy.</param>
    /// <param name="root">The destination's root, in which old and new are one tree.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="earlier">What an earlier build made of a <see cref="SingleDirectory"/>; to be finished by the caller. Null for nothing.</param>
    /// <inheritdoc cref="Run(SourceTree, IReadOnlyList{IReadOnlyList{SourceMatch}}, DirectoryHandle, CancellationToken)"/>
    public TreePath? Run(IReadOnlyList<CopySource> sources, DirectoryHandle root, CancellationToken cancellationToken, EarlierCopy? earlier = null)
    {
        using var destination = new DestinationTree(root);
        AccountDatabase? accounts = null;
        var policy = new CopyPolicy(
            operation.Chown is null ? null : FileOwner.ParseChown(operation.Chown, () => accounts ??= AccountDatabase.Load(root)),
            operation.Chmod is null ? null : ModeChange.Parse(operation.Chmod),
            KeepOwner: operation.FromImage);
        TreePath to = destination.Resolve(operation.Destination);
        TreePath? changed = null;
        // --parents copies from the pivot, which is a directory, so there is one to copy into even when nothing matches.
        if (operation.Parents && operation.Sources.Count > 0) destination.EnsureDirectory(to, policy.MadeOwner, policy.MadeDirectoryMode);
        foreach ((CopySource source, SourceMatch match) in sources.SelectMany(s => s.Matches.Select(m => (s, m))))
        {
            var copier = new TreeCopier(source.Tree, destination, policy, earlier);
            CopyMatch(source, copier, destination, policy, match, to, cancellationToken);
            if (earlier is not null) destination.Touch(to);
            copier.Finish();
            changed ??= copier.Changed;
        }

        foreach (InlineFile file in operation.InlineFiles) WriteInline(destination, policy, file, to);
        return changed;
    }

    private void CopyMatch(
        CopySource source, TreeCopier copier, DestinationTree destination, CopyPolicy policy, SourceMatch match, TreePath to, CancellationToken cancellationToken)
    {
        if (operation.Parents)
        {
            copier.CopyAncestors(match, to);
            copier.CopyWhole(match, to.Join(match.Name), cancellationToken);
        }
        else if (match.Top.Status.IsDirectory)
        {
            destination.EnsureDirectory(to, policy.MadeOwner, policy.MadeDirectoryMode);
            copier.CopyContents(match, to, cancellationToken);
        }
        else if (!source.Unpack || !ArchiveUnpacker.TryUnpack(source.Tree, match, destination, to, policy, cancellationToken))
        {
            copier.CopyWhole(match, PlaceOf(destination, policy, match.Name.Name, to), cancellationToken);
        }
    }

    // Into the destination when it is a directory or was written as one, else in its place. Makes what is missing above.
    private TreePath PlaceOf(DestinationTree destination, CopyPolicy policy, byte[] name, TreePath to)
    {
        bool intoDirectory = operation.Destination.EndsWith('/') || destination.IsDirectory(to);
        TreePath place = intoDirectory ? to.Child(name) : to;
        destination.EnsureDirectory(place.Parent, policy.MadeOwner, policy.MadeDirectoryMode);
        return place;
    }

    private void WriteInline(DestinationTree destination, CopyPolicy policy, InlineFile file, TreePath to)
    {
        TreePath place = PlaceOf(destination, policy, UnixPath.Encode(file.Name), to);
        DirectoryHandle parent = destination.Clear(place);
        using (SafeFileHandle handle = parent.CreateFile(place.Name, policy.InlineFileMode))
            RandomAccess.Write(handle, Encoding.UTF8.GetBytes(file.Content), fileOffset: 0);
        parent.SetOwner(place.Name, policy.MadeOwner.Uid, policy.MadeOwner.Gid);
        parent.SetMode(place.Name, policy.InlineFileMode);
    }
}
