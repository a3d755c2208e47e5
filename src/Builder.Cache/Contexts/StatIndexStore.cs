using System.Text;
using Builder.Cache.Storage;
using Builder.Oci;

namespace Builder.Cache.Contexts;

/// <summary>
/// The stat indexes of contexts, one file each, replaced whole: of several processes the last one's is kept, and all are true. Only so
/// many are kept, those that were written last.
/// </summary>
public sealed class StatIndexStore
{
    private const int MostContexts = 64;

    private readonly string _directory;
    private readonly StoreOwner _owner;
    private readonly TimeProvider _time;

    internal StatIndexStore(string directory, StoreOwner owner, TimeProvider time) => (_directory, _owner, _time) = (directory, owner, time);

    /// <summary>The index of a context; an empty one when there is none or it is damaged.</summary>
    /// <param name="context">The context's directory, absolute.</param>
    public StatIndex Open(string context)
    {
        string path = Path.Combine(_directory, Digest.Sha256(Encoding.UTF8.GetBytes(context)).Hex);
        var index = new StatIndex(_time, path);
        try
        {
            if (!File.Exists(path)) return index;
            using FileStream content = StoreFiles.OpenSmall(path, StatIndex.MaxSize);
            return index.Load(content) ? index : new StatIndex(_time, path);
        }
        catch (Exception error) when (error is StoreException || StoreFault.IsStorageError(error))
        {
            return new StatIndex(_time, path);
        }
    }

    /// <summary>Keeps what is new in it.</summary>
    /// <exception cref="StoreException">The disk is full or can't be written to.</exception>
    public void Save(StatIndex index)
    {
        if (!index.IsChanged) return;
        StoreFiles.Replace(_owner, index.File, index.Save, durable: false);
        StoreFiles.KeepLatest(_directory, MostContexts);
    }
}
