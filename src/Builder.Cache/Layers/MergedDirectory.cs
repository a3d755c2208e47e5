using Builder.Linux.Files;

namespace Builder.Cache.Layers;

/// <summary>One directory as overlayfs would show it: the same directory of several layers, topmost first.</summary>
internal sealed class MergedDirectory : IDisposable
{
    private readonly DirectoryHandle[] _layers;

    /// <summary>Takes the handles over.</summary>
    /// <param name="layers">Topmost first.</param>
    internal MergedDirectory(IEnumerable<DirectoryHandle> layers) => _layers = [.. layers];

    internal DirectoryHandle Top => _layers[0];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (DirectoryHandle layer in _layers) layer.Dispose();
    }

    /// <summary>Finds what a name means; false when there is nothing or it was removed.</summary>
    /// <param name="name">The name.</param>
    /// <param name="directory">The layer's directory that has it; lives as long as this.</param>
    /// <param name="status">As it is on disk, a placeholder of a device node not translated.</param>
    internal bool TryFind(ReadOnlySpan<byte> name, out DirectoryHandle directory, out FileStatus status)
    {
        foreach (DirectoryHandle layer in _layers)
        {
            if (!layer.TryStat(name, out status)) continue;
            directory = layer;
            return !OverlayFormat.IsWhiteout(status);
        }

        (directory, status) = (Top, default);
        return false;
    }

    /// <summary>Opens a sub-directory; null when the name means none.</summary>
    internal MergedDirectory? OpenDirectory(ReadOnlySpan<byte> name)
    {
        List<DirectoryHandle> layers = [];
        try
        {
            for (int i = 0; i < _layers.Length; i++)
            {
                if (!_layers[i].TryStat(name, out FileStatus status)) continue;
                if (!status.IsDirectory) break;
                layers.Add(_layers[i].OpenDirectory(name));
                if (i + 1 < _layers.Length && OverlayFormat.IsOpaque(layers[^1])) break;
            }

            return layers.Count == 0 ? null : new MergedDirectory(layers);
        }
        catch
        {
            foreach (DirectoryHandle layer in layers) layer.Dispose();
            throw;
        }
    }

    /// <summary>The names that are there, sorted bytewise.</summary>
    internal List<DirectoryEntry> List()
    {
        if (_layers.Length == 1) return Sorted(Visible(Top));
        Dictionary<byte[], DirectoryEntry?> names = new(ByteComparer.Ordinal);
        foreach (DirectoryHandle layer in _layers)
        {
            foreach (DirectoryEntry entry in layer.List())
                names.TryAdd(entry.Name, IsHidden(layer, entry) ? null : entry);
        }

        return Sorted(names.Values.OfType<DirectoryEntry>());
    }

    private static IEnumerable<DirectoryEntry> Visible(DirectoryHandle layer) => layer.List().Where(entry => !IsHidden(layer, entry));

    private static bool IsHidden(DirectoryHandle layer, DirectoryEntry entry) =>
        entry.Type is FileType.CharacterDevice or FileType.Unknown && OverlayFormat.IsWhiteout(layer.Stat(entry.Name));

    private static List<DirectoryEntry> Sorted(IEnumerable<DirectoryEntry> entries)
    {
        List<DirectoryEntry> sorted = [.. entries];
        sorted.Sort(static (a, b) => ByteComparer.Ordinal.Compare(a.Name, b.Name));
        return sorted;
    }
}
