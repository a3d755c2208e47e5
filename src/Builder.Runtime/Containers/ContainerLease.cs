namespace Builder.Runtime.Containers;

/// <summary>A container this process owns while it lives.</summary>
public sealed class ContainerLease : IDisposable
{
    private readonly ContainerStore _store;
    private readonly FileStream _lock;

    internal ContainerLease(ContainerStore store, ContainerRecord record, string directory, FileStream ownLock)
    {
        (_store, Record, Directory, _lock) = (store, record, directory, ownLock);
    }

    /// <summary>The record as it was saved last.</summary>
    public ContainerRecord Record { get; private set; }

    /// <summary>Absolute; everything of the container is in it.</summary>
    public string Directory { get; }

    /// <summary>Notes how it ended; a container to be removed is removed.</summary>
    public void Finish(int exitCode, DateTimeOffset at)
    {
        Record = Record with { ExitCode = exitCode, FinishedAt = at };
        if (Record.AutoRemove) _store.RemoveFiles(Record);
        else _store.Save(Record);
    }

    /// <summary>Takes it back: it never was.</summary>
    public void Discard() => _store.RemoveFiles(Record);

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();
}
