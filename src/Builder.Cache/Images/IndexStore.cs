using System.Text;
using Builder.Cache.Storage;
using Builder.Linux.Files;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Oci.Json;

namespace Builder.Cache.Images;

/// <summary>Image indexes that are being put together by name, before they go to a registry.</summary>
public sealed class IndexStore
{
    private readonly string _directory;
    private readonly StoreOwner _owner;

    internal IndexStore(string directory, StoreOwner owner) => (_directory, _owner) = (directory, owner);

    /// <summary>The index of a name, or null.</summary>
    /// <exception cref="StoreException">It is damaged.</exception>
    public ImageIndex? Find(ImageReference name)
    {
        try
        {
            return OciJson.ReadIndex(StoreFiles.ReadSmall(PathOf(name), OciJson.MaxDocumentSize));
        }
        catch (OciFormatException error)
        {
            throw new StoreException($"the index {name.FamiliarName} of the store is damaged: {error.Message}", error);
        }
        catch (Exception error) when (StoreFault.IsMissing(error))
        {
            return null;
        }
    }

    /// <summary>Keeps an index under a name, in the place of one that was there.</summary>
    /// <exception cref="StoreException">The disk is full or can't be written to.</exception>
    public void Put(ImageReference name, ImageIndex index) => StoreFiles.Replace(_owner, PathOf(name), OciJson.WriteIndex(index), durable: true);

    /// <summary>Forgets an index; false when there was none.</summary>
    /// <exception cref="StoreException">It can't be removed.</exception>
    public bool Remove(ImageReference name)
    {
        string path = PathOf(name);
        if (!File.Exists(path)) return false;
        try
        {
            File.Delete(path);
            FileSync.Directory(_directory);
            return true;
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            throw StoreFault.Explain("can't remove", path, error);
        }
    }

    private string PathOf(ImageReference name) => Path.Combine(_directory, Digest.Sha256(Encoding.UTF8.GetBytes(name.ToString())).Hex);
}
