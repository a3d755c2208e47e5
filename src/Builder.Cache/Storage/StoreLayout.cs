using Builder.Linux.Files;
using Builder.Oci;

namespace Builder.Cache.Storage;

/// <summary>Where things are in a store.</summary>
/// <param name="Root">The store's directory, absolute.</param>
internal sealed record StoreLayout(string Root)
{
    /// <summary>What this program reads and writes; raised when an older program would misread the store.</summary>
    internal const int CurrentVersion = 1;

    internal string VersionFile => Path.Combine(Root, "version");

    internal string Blobs => Path.Combine(Root, "blobs", "sha256");

    internal string Snapshots => Path.Combine(Root, "snapshots");

    internal string Records => Path.Combine(Root, "records");

    internal string Images => Path.Combine(Root, "images");

    internal string Names => Path.Combine(Root, "names");

    /// <summary>Image indexes on their way to registries.</summary>
    internal string Indexes => Path.Combine(Root, "indexes");

    internal string Chains => Path.Combine(Root, "chains");

    internal string Converted => Path.Combine(Root, "converted");

    internal string Downloads => Path.Combine(Root, "downloads");

    /// <summary>What the last builds found and executed.</summary>
    internal string Builds => Path.Combine(Root, "builds");

    /// <summary>Lists of what steps read.</summary>
    internal string Manifests => Path.Combine(Root, "manifests");

    /// <summary>What files of contexts contained.</summary>
    internal string Contexts => Path.Combine(Root, "contexts");

    /// <summary>What was written where.</summary>
    internal string Outputs => Path.Combine(Root, "outputs");

    /// <summary>Containers that <c>run</c> made; what is in it belongs to who runs them.</summary>
    internal string Containers => Path.Combine(Root, "containers");

    /// <summary>Directories of <c>RUN --mount=type=cache</c>.</summary>
    internal string CacheMounts => Path.Combine(Root, CacheMountDirectory.HomesName);

    /// <summary>Stands for the context of a build that has none.</summary>
    internal string EmptyContext => Path.Combine(Root, "empty-context");

    internal string Temporary => Path.Combine(Root, "tmp");

    internal string Locks => Path.Combine(Root, "locks");

    /// <summary>Held shared for a moment while a process announces itself, exclusively while something is collected.</summary>
    internal string GateLock => Path.Combine(Locks, "gate");

    /// <summary>Serialises the first decisions about a store.</summary>
    internal string VersionLock => Path.Combine(Locks, "version");

    /// <summary>Held by the one process that makes room.</summary>
    internal string EvictionLock => Path.Combine(Locks, "evict");

    /// <summary>Serialises changes to images and names.</summary>
    internal string ImagesLock => Path.Combine(Locks, "images");

    private IEnumerable<string> Directories =>
        [Path.Combine(Root, "blobs"), Blobs, Snapshots, Records, Images, Names, Indexes, Chains, Converted, Downloads, Builds, Manifests, Contexts, Outputs, Temporary, Locks];

    /// <summary>Where the snapshot of a stack of layers is remembered.</summary>
    internal string ChainFile(Digest chainId) => Path.Combine(Chains, chainId.Hex);

    /// <summary>Keeps two processes from doing one piece of work at the same time; removed by who holds it.</summary>
    internal string WorkLock(string name) => Path.Combine(Locks, "w-" + name);

    /// <summary>The lock a living process holds on everything unfinished that carries its token.</summary>
    internal string OwnerLock(string token) => Path.Combine(Locks, "o-" + token);

    /// <summary>Makes what is missing and checks that the directory is a store this program understands.</summary>
    /// <exception cref="StoreException">It isn't, or it can't be written to.</exception>
    internal void Prepare()
    {
        try
        {
            MakePrivate(Root);
            StoreVersion? version = StoreVersion.Read(VersionFile);
            if (version is null) RefuseForeignDirectory();
            foreach (string directory in Directories) MakePrivate(directory);
            if (version is null) Directory.CreateDirectory(Containers);

            DirectoryPlacement.SpreadChildren(Snapshots);
            if (Directory.Exists(Containers)) DirectoryPlacement.SpreadChildren(Containers);
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            throw StoreFault.Explain("can't use the store", Root, error);
        }
    }

    private static void MakePrivate(string directory)
    {
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        if (!Directory.Exists(directory)) Directory.CreateDirectory(directory, Private);
        else if (File.GetUnixFileMode(directory) != Private) File.SetUnixFileMode(directory, Private);
    }

    // A directory given by mistake must not become a store: its other content would be in the way of every later clean-up.
    private void RefuseForeignDirectory()
    {
        string? foreign = Directory.EnumerateFileSystemEntries(Root)
            .FirstOrDefault(path => path != VersionFile && !Directories.Concat([Containers, CacheMounts, EmptyContext]).Contains(path, StringComparer.Ordinal));
        if (foreign is not null)
            throw new StoreException($"'{Root}' is not a store: it holds '{Path.GetFileName(foreign)}'; name an empty or a new directory");
    }
}
