using Builder.Cache.Storage;
using Builder.Oci;

namespace Builder.Cache.Manifests;

/// <summary>
/// Lists of what a step read. Only for explanations: bounded in size, the oldest forgotten first, and what is
/// missing or damaged makes an explanation shorter and nothing else.
/// </summary>
public sealed class ManifestStore
{
    private const long KeptBytes = 256L << 20;

    private readonly string _directory;
    private readonly StoreOwner _owner;

    internal ManifestStore(string directory, StoreOwner owner) => (_directory, _owner) = (directory, owner);

    /// <summary>Whether there is one.</summary>
    public bool Contains(Digest content) => File.Exists(PathOf(content));

    /// <summary>Writes one in one step.</summary>
    /// <exception cref="StoreException">The disk is full or can't be written to.</exception>
    public void Put(Digest content, Action<Stream> write)
    {
        string temporary = _owner.NewTemporaryPath();
        try
        {
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
            using (FileStream file = new(temporary, options)) write(file);
            File.Move(temporary, PathOf(content), overwrite: true);
            StoreFiles.KeepLatest(_directory, int.MaxValue, KeptBytes);
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            Leftovers.TryRemove(temporary);
            throw StoreFault.Explain("can't write", PathOf(content), error);
        }
    }

    /// <summary>Opens one; null when there is none.</summary>
    public Stream? OpenRead(Digest content)
    {
        try
        {
            return new FileStream(PathOf(content), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            return null;
        }
    }

    private string PathOf(Digest content) => Path.Combine(_directory, content.Hex);
}
