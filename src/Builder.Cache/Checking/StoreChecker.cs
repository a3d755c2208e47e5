using Builder.Cache.Records;
using Builder.Cache.Storage;
using Builder.Oci;

namespace Builder.Cache.Checking;

/// <summary>
/// Verifies everything in a store: blobs by their digest, snapshots by the layer that was made of them, descriptions by what they name.
/// Works beside builds; what is damaged is taken out on request, which turns it into something to build or pull again.
/// </summary>
public sealed class StoreChecker
{
    private readonly BuilderStore _store;
    private readonly StoreLayout _layout;
    private readonly bool _repair;
    private readonly List<StoreProblem> _problems = [];
    private int _blobs;
    private int _snapshots;
    private int _compared;
    private int _images;
    private int _records;
    private int _stale;

    private StoreChecker(BuilderStore store, bool repair) => (_store, _layout, _repair) = (store, new StoreLayout(store.Root), repair);

    /// <summary>Checks a store. Must be able to read files of images, so it works inside a session.</summary>
    /// <param name="store">The store.</param>
    /// <param name="repair">Whether what is damaged is taken out.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="StoreException">The store can't be read.</exception>
    public static StoreReport Check(BuilderStore store, bool repair, CancellationToken cancellationToken)
    {
        StoreChecker checker = new(store, repair);
        try
        {
            if (repair) store.Usage.RemoveLeftovers(cancellationToken);
            checker.CheckBlobs(cancellationToken);
            checker.CheckSnapshots(cancellationToken);
            checker.CheckImages(cancellationToken);
            checker.CheckNames();
            checker.CheckRecords(cancellationToken);
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            throw StoreFault.Explain("can't check the store", store.Root, error);
        }

        return new StoreReport(
            checker._problems, checker._blobs, checker._snapshots, checker._compared, checker._images, checker._records, checker._stale);
    }

    private void Found(string kind, string id, string problem, Action remove)
    {
        if (_repair) remove();
        _problems.Add(new StoreProblem(kind, id, problem, _repair));
    }

    private void CheckBlobs(CancellationToken cancellationToken)
    {
        foreach (string path in Directory.EnumerateFiles(_layout.Blobs))
        {
            cancellationToken.ThrowIfCancellationRequested();
            _blobs++;
            if (!Digest.TryParse("sha256:" + Path.GetFileName(path), out Digest digest))
            {
                Found("blob", Path.GetFileName(path), "its name is no digest", () => File.Delete(path));
                continue;
            }

            try
            {
                if (!_store.Blobs.IsWhole(digest)) Found("blob", digest.ToString(), "its content has another digest", () => _store.Blobs.Delete(digest));
            }
            catch (StoreException error) when (error.InnerException is { } inner && StoreFault.IsMissing(inner))
            {
                // Somebody has removed it meanwhile.
                _blobs--;
            }
            catch (StoreException error)
            {
                Found("blob", digest.ToString(), error.Message, () => _store.Blobs.Delete(digest));
            }
            finally
            {
                _store.Blobs.Release(digest);
            }
        }
    }

    private void CheckSnapshots(CancellationToken cancellationToken)
    {
        // Parents first: when one goes, those on it go as well.
        foreach (string id in _store.Snapshots.List().OrderBy(i => _store.Snapshots.Look(i)?.CreatedAt ?? DateTimeOffset.MinValue).ToList())
        {
            cancellationToken.ThrowIfCancellationRequested();
            _snapshots++;
            if (_store.Snapshots.Find(id) is not { } snapshot)
            {
                bool isGone = !Directory.Exists(Path.Combine(_layout.Snapshots, id));
                if (!isGone) Found("snapshot", id, "its description can't be read, or what it stands on is gone", () => _store.Snapshots.Delete(id));
                continue;
            }

            if (_store.Layers.MatchesOwnLayer(snapshot, cancellationToken) is { } matches)
            {
                _compared++;
                if (!matches) Found("snapshot", id, "its files are not those that its layer was made of", () => _store.Snapshots.Condemn(id));
            }

            _store.Snapshots.Release(id);
        }
    }

    private void CheckImages(CancellationToken cancellationToken)
    {
        foreach (string path in Directory.EnumerateFiles(_layout.Images).ToList())
        {
            cancellationToken.ThrowIfCancellationRequested();
            _images++;
            string name = Path.GetFileName(path);
            if (!Digest.TryParse("sha256:" + name, out Digest id) || _store.Images.Read(id) is not { } image)
            {
                if (File.Exists(path)) Found("image", name, "its description or its config can't be read", () => File.Delete(path));
                continue;
            }

            IReadOnlyList<ImageReference> names = _store.Images.NamesOf(id);
            string shown = names.Count > 0 ? $"{names[0].FamiliarName} ({id})" : id.ToString();
            if (image.Layers.FirstOrDefault(l => !File.Exists(_store.Blobs.PathOf(l.BlobDigest))) is { } missing)
                Found("image", shown, $"its layer {missing.BlobDigest} is not there: pull, import or build it again", () => _store.Images.Remove(id));
        }
    }

    private void CheckNames()
    {
        foreach (string path in Directory.EnumerateFiles(_layout.Names).ToList())
        {
            if (_store.Images.IsNameWhole(path)) continue;
            if (File.Exists(path)) Found("name", Path.GetFileName(path), "it can't be read, or its image is not there", () => File.Delete(path));
        }
    }

    private void CheckRecords(CancellationToken cancellationToken)
    {
        foreach (string path in Directory.EnumerateFiles(_layout.Records).ToList())
        {
            cancellationToken.ThrowIfCancellationRequested();
            switch (_store.Records.Judge(path))
            {
                case RecordState.Damaged:
                    if (File.Exists(path)) Found("record", Path.GetFileName(path), "it can't be read", () => File.Delete(path));
                    break;
                case RecordState.Stale:
                    _records++;
                    _stale++;
                    break;
                default:
                    _records++;
                    break;
            }
        }
    }
}
