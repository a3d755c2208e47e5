using System.Text.Json;
using Builder.Cache.Snapshots;

namespace Builder.Cache.Storage;

/// <summary>The store's <c>version</c> file.</summary>
/// <param name="Version">Of the layout.</param>
/// <param name="Snapshots">How snapshots are kept; null until the first process that keeps any.</param>
internal sealed record StoreVersion(int Version, SnapshotKind? Snapshots)
{
    private const int MaxSize = 4096;

    /// <summary>Reads the file; null when there is none.</summary>
    /// <exception cref="StoreException">It is of a newer version, or can't be understood.</exception>
    internal static StoreVersion? Read(string path)
    {
        if (!File.Exists(path)) return null;
        StoreVersion? version;
        try
        {
            version = JsonSerializer.Deserialize(StoreFiles.ReadSmall(path, MaxSize), StoreJsonContext.Default.StoreVersion);
        }
        catch (JsonException error)
        {
            throw new StoreException($"'{path}' can't be understood: {error.Message}", error);
        }

        if (version is null or { Version: < 1 }) throw new StoreException($"'{path}' can't be understood: it names no version");
        return version.Version <= StoreLayout.CurrentVersion
            ? version
            : throw new StoreException(
                $"the store '{Path.GetDirectoryName(path)}' has version {version.Version}, this program understands up to {StoreLayout.CurrentVersion}: "
                + "use a newer builder or another store directory");
    }
}
