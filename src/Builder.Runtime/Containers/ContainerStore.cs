using System.Security.Cryptography;
using System.Text.Json;

namespace Builder.Runtime.Containers;

/// <summary>
/// Containers as files: one directory each with its record and its changes, and one small file per name. A running container's
/// process holds a lock in it, so that a dead one is known as such.
/// </summary>
public sealed class ContainerStore
{
    private const string NamesDirectory = "names";
    private const string RecordFile = "container.json";
    private const string LockFile = "lock";
    private const int MaxRecordBytes = 8 << 20;
    private const int IdBytes = 32;
    private const int MaxNameAttempts = 100;
    private readonly string _directory;
    private readonly Action<string> _removeTree;

    /// <summary>Opens the containers of a store.</summary>
    /// <param name="storeRoot">The store's directory.</param>
    /// <param name="removeTree">Removes a directory with all that is in it, whatever the names and owners.</param>
    public ContainerStore(string storeRoot, Action<string> removeTree)
    {
        _directory = Path.Combine(storeRoot, "containers");
        _removeTree = removeTree;
        Directory.CreateDirectory(Path.Combine(_directory, NamesDirectory));
    }

    /// <summary>Makes a container's directory, takes its name, and holds its lock until the result is disposed.</summary>
    /// <param name="name">The name wanted, or null for one at random.</param>
    /// <param name="describe">Makes the record from id and name.</param>
    /// <exception cref="ContainerException">The name is taken or not allowed.</exception>
    public ContainerLease Create(string? name, Func<string, string, ContainerRecord> describe)
    {
        if (name is not null && !ContainerName.IsValid(name))
            throw new ContainerException($"invalid container name ({name}): only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
        (string id, FileStream ownLock) = TakeDirectory();
        string directory = DirectoryOf(id);
        try
        {
            string taken = name is null ? TakeRandomName(id) : TakeName(name, id);
            ContainerRecord record = describe(id, taken);
            Save(record);
            return new ContainerLease(this, record, directory, ownLock);
        }
        catch
        {
            _removeTree(directory);
            ownLock.Dispose();
            throw;
        }
    }

    /// <summary>Writes a record, replacing the old one whole.</summary>
    public void Save(ContainerRecord record)
    {
        string path = Path.Combine(DirectoryOf(record.Id), RecordFile);
        string temporary = path + ".new";
        using (FileStream stream = File.Create(temporary))
        {
            JsonSerializer.Serialize(stream, record, ContainerJsonContext.Default.ContainerRecord);
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>All containers, newest first. One whose record can't be read is left out.</summary>
    public IReadOnlyList<ContainerRecord> List() =>
        [.. Directory.EnumerateDirectories(_directory).Select(d => Path.GetFileName(d)).Where(n => n != NamesDirectory).Select(Read)
            .OfType<ContainerRecord>().OrderByDescending(r => r.CreatedAt)];

    /// <summary>The container of a name, id or unique id prefix; null when there is none.</summary>
    /// <exception cref="ContainerException">The prefix is ambiguous.</exception>
    public ContainerRecord? Find(string nameOrId)
    {
        IReadOnlyList<ContainerRecord> all = List();
        if (all.FirstOrDefault(r => r.Id == nameOrId || r.Name == nameOrId) is { } exact) return exact;
        ContainerRecord[] matching = nameOrId.Length == 0 ? [] : [.. all.Where(r => r.Id.StartsWith(nameOrId, StringComparison.Ordinal))];
        return matching.Length <= 1 ? matching.FirstOrDefault() : throw new ContainerException($"{nameOrId} is the beginning of several container ids");
    }

    /// <summary>Whether the container's process still lives.</summary>
    public bool IsRunning(string id)
    {
        if (!Directory.Exists(DirectoryOf(id))) return false;
        using FileStream? probe = OpenLock(id);
        return probe is null;
    }

    /// <summary>Removes a container that doesn't run, with its changes and its name.</summary>
    /// <exception cref="ContainerException">It runs.</exception>
    public void Remove(ContainerRecord record)
    {
        using FileStream ownLock = OpenLock(record.Id) ?? throw new ContainerException($"container {record.Name} is running");
        RemoveFiles(record);
    }

    /// <summary>Removes what dead processes left: containers that were to be removed at their end.</summary>
    public void CollectDead()
    {
        foreach (string id in Directory.EnumerateDirectories(_directory).Select(d => Path.GetFileName(d)).Where(n => n != NamesDirectory))
        {
            using FileStream? ownLock = OpenLock(id);
            if (ownLock is null) continue;
            ContainerRecord? record = Read(id);
            if (record is null) _removeTree(DirectoryOf(id));
            else if (record.AutoRemove) RemoveFiles(record);
        }
    }

    internal void RemoveFiles(ContainerRecord record)
    {
        _removeTree(DirectoryOf(record.Id));
        string name = NamePath(record.Name);
        if (OwnerOf(name) == record.Id) File.Delete(name);
    }

    private static string? OwnerOf(string namePath)
    {
        try
        {
            return File.ReadAllText(namePath);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    // The collector of another process may take a directory without a record for a dead one before its lock is held: then once more.
    private (string Id, FileStream Lock) TakeDirectory()
    {
        for (int i = 0; i < MaxNameAttempts; i++)
        {
            string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
            Directory.CreateDirectory(DirectoryOf(id));
            FileStream? ownLock = OpenLock(id);
            if (ownLock is not null && File.Exists(ownLock.Name)) return (id, ownLock);
            ownLock?.Dispose();
        }

        throw new ContainerException("no container could be made: its directory was taken away every time");
    }

    /// <summary>Where everything of a container is, absolute.</summary>
    public string DirectoryOf(string id) => Path.Combine(_directory, id);

    private string NamePath(string name) => Path.Combine(_directory, NamesDirectory, name);

    // FileShare.None is an exclusive flock, which dies with its process.
    private FileStream? OpenLock(string id)
    {
        try
        {
            return new FileStream(Path.Combine(DirectoryOf(id), LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private ContainerRecord? Read(string id)
    {
        try
        {
            using FileStream stream = File.OpenRead(Path.Combine(DirectoryOf(id), RecordFile));
            if (stream.Length > MaxRecordBytes) return null;
            ContainerRecord? record = JsonSerializer.Deserialize(stream, ContainerJsonContext.Default.ContainerRecord);
            return record?.Id == id ? record : null;
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            // Half made by a process that died, or damaged: it counts as absent and is collected.
            return null;
        }
    }

    private string TakeRandomName(string id)
    {
        for (int i = 0; i < MaxNameAttempts; i++)
        {
            string name = ContainerName.Random();
            if (TryTakeName(name, id) is null) return name;
        }

        return TakeName(id, id);
    }

    private string TakeName(string name, string id)
    {
        if (TryTakeName(name, id) is not { } owner) return name;
        throw new ContainerException(
            $"the container name \"{name}\" is already in use by container \"{owner}\": remove that container or choose another name");
    }

    // The id of the owner, or null when the name is ours now.
    private string? TryTakeName(string name, string id)
    {
        string path = NamePath(name);
        for (int i = 0; i < MaxNameAttempts; i++)
        {
            try
            {
                using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
                stream.Write(System.Text.Encoding.ASCII.GetBytes(id));
                return null;
            }
            catch (IOException) when (File.Exists(path))
            {
                string? owner = OwnerOf(path);
                if (owner is not null && owner.Length > 0 && Directory.Exists(DirectoryOf(owner))) return owner;
                // Its container is gone: the process died between the two removals.
                File.Delete(path);
            }
        }

        return "unknown";
    }
}
