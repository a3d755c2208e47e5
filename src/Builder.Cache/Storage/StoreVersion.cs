using System.Text.Json;
using Builder.Cache.Snapshots;

namespace Builder.Cache.Storage;

/// <summary>The store's <c>version</c> file.</summary>
/// <param name="Version">Of the layout.</param>
/// <param name="Snapshots">How snapshots are kept; null until the first process that keeps any.</param>
internal sealed record StoreVersion(int Version, SnapshotKind? Snapshots)
{
    private const int MaxSize = 4096;

    /// <summary>Reads the file; null when there is none, or when it is damaged: a newer program's would be JSON with a number in it.</summary>
    /// <exception cref="StoreException">It is of a newer version.</exception>
    internal static StoreVersion? Read(string path)
    {
        if (!File.Exists(path)) return null;
        StoreVersion? version = null;
        try
        {
            version = JsonSerializer.Deserialize(StoreFiles.ReadSmall(path, MaxSize), StoreJsonContext.Default.StoreVersion);
        }
        catch (JsonException)
        {
            // Damaged: what else is in the directory tells whether it is a store.
        }

        if (version is null or { Version: < 1 }) return null;
        return version.Version <= StoreLayout.CurrentVersion
            ? version
            : throw new StoreException(
                $"the store '{Path.GetDirectoryName(path)}' has version {version.Version}, this program understands up to {StoreLayout.CurrentVersion}: "
                + "use a newer builder or another store directory");
    }
}
