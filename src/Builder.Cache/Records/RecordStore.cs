using Builder.Cache.Keys;
using Builder.Cache.Snapshots;
using Builder.Cache.Storage;
using Builder.Oci;

namespace Builder.Cache.Records;

/// <summary>Key → result. A record that can't be read, or whose snapshot is gone, counts as absent.</summary>
public sealed class RecordStore
{
    private const int MaxSize = 4 << 20;
    private readonly StoreOwner _owner;
    private readonly SnapshotStore _snapshots;

    internal RecordStore(string directory, StoreOwner owner, SnapshotStore snapshots) =>
        (Directory, _owner, _snapshots) = (directory, owner, snapshots);

    internal string Directory { get; }

    /// <summary>The record of a key, following one alias; null on a miss.</summary>
    public CacheRecord? Find(Digest key)
    {
        RecordFile? file = Read(key);
        if (file?.Alias is not null)
        {
            if (!Digest.TryParse(file.Alias, out key)) return null;
            file = Read(key);
        }

        return file is not null && ToRecord(key, file) is { } record && _snapshots.Find(record.SnapshotId) is not null ? record : null;
    }

    /// <summary>Stores a record under its key.</summary>
    /// <exception cref="StoreException">The disk is full or can't be written to.</exception>
    public void Put(CacheRecord record) => Write(record.Key.Digest, new RecordFile(
        RecordFile.CurrentFormat,
        Alias: null,
        [.. record.Key.Fields.Select(RecordField.From)],
        record.SnapshotId,
        record.Description,
        record.CreatedAt));

    /// <summary>Makes a definition key lead to the record of a content key.</summary>
    /// <exception cref="StoreException">The disk is full or can't be written to.</exception>
    public void PutAlias(Digest definitionKey, Digest recordKey)
    {
        if (definitionKey != recordKey) Write(definitionKey, new RecordFile(RecordFile.CurrentFormat, recordKey.ToString(), null, null, null, null));
    }

    /// <summary>The instructions that snapshots are results of, by id.</summary>
    internal IReadOnlyDictionary<string, string> Descriptions()
    {
        Dictionary<string, string> found = new(StringComparer.Ordinal);
        foreach (string path in System.IO.Directory.EnumerateFiles(Directory))
        {
            RecordFile? file = StoreFiles.ReadJson(path, StoreJsonContext.Default.RecordFile, MaxSize);
            if (file is { SnapshotId: { } id, Description: { } description }) found[id] = description;
        }

        return found;
    }

    /// <summary>What a file of this store is good for.</summary>
    internal RecordState Judge(string path)
    {
        RecordFile? file = StoreFiles.ReadJson(path, StoreJsonContext.Default.RecordFile, MaxSize);
        if (file is null || !Digest.TryParse("sha256:" + Path.GetFileName(path), out Digest key)) return RecordState.Damaged;
        if (file.Alias is not null)
        {
            if (!Digest.TryParse(file.Alias, out key)) return RecordState.Damaged;
            file = Read(key);
            if (file is null) return RecordState.Stale;
        }

        return ToRecord(key, file) is not { } record ? RecordState.Damaged : _snapshots.Exists(record.SnapshotId) ? RecordState.Good : RecordState.Stale;
    }

    /// <summary>Removes records whose result was evicted, or that can't be read, when they are old enough to explain nothing any more.</summary>
    internal void RemoveStale(DateTimeOffset before, CancellationToken cancellationToken)
    {
        foreach (string path in System.IO.Directory.EnumerateFiles(Directory))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (LastUse.OfModification(path, before) < before && Judge(path) != RecordState.Good) Leftovers.TryRemove(path);
        }
    }

    private static CacheRecord? ToRecord(Digest key, RecordFile file)
    {
        if (file is not { Fields: not null, SnapshotId: not null, Description: not null, CreatedAt: { } createdAt }) return null;
        if (RecordField.Read(file.Fields) is not { } fields) return null;
        return new CacheRecord(new CacheKey(key, [.. fields]), file.SnapshotId, file.Description, createdAt);
    }

    private string PathOf(Digest key) => Path.Combine(Directory, key.Hex);

    private RecordFile? Read(Digest key) =>
        StoreFiles.ReadJson(PathOf(key), StoreJsonContext.Default.RecordFile, MaxSize) is { Format: RecordFile.CurrentFormat } file ? file : null;

    // Not synced: a record cut short by a power failure can't be read as JSON and counts as absent, which costs one step executed again;
    // syncing would make every step wait for the disk to take what it wrote.
    private void Write(Digest key, RecordFile file) =>
        StoreFiles.ReplaceJson(_owner, PathOf(key), file, StoreJsonContext.Default.RecordFile, durable: false);
}
