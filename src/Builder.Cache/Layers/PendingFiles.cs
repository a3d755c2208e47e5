using System.Buffers;
using Builder.Cache.Storage;
using Builder.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace Builder.Cache.Layers;

/// <summary>
/// Small files that have their names already and get content, owner, mode and time on other cores while the archive is read on. All of it
/// goes through descriptors, so whatever becomes of the names meanwhile makes no difference. A bounded number of bytes and files is under way.
/// </summary>
internal sealed class PendingFiles : IDisposable
{
    /// <summary>The largest file that is taken: its content is held in memory until it is written.</summary>
    internal const int LargestFile = 64 << 10;

    // Each has a descriptor open.
    private const int MostFiles = 64;

    private readonly Queue<(Task Work, byte[] Name)> _queue = [];
    private bool _hasFailed;

    /// <summary>Waits for what is under way.</summary>
    public void Dispose()
    {
        // A failure has been told by Complete, or gives way to the one that ends the work.
        while (_queue.TryDequeue(out (Task Work, byte[] Name) next)) Task.WaitAny(next.Work);
    }

    /// <summary>Finishes a file later.</summary>
    /// <param name="name">Of its entry, for messages.</param>
    /// <param name="file">New; closed here.</param>
    /// <param name="content">From the shared pool, where it goes back to.</param>
    /// <param name="size">Bytes of the content.</param>
    /// <param name="describe">Gives the file its owner, mode and time.</param>
    /// <exception cref="StoreException">One before it failed.</exception>
    internal void Add(byte[] name, SafeFileHandle file, byte[] content, int size, Action<SafeFileHandle> describe)
    {
        _queue.Enqueue((Task.Run(() => Finish(file, content, size, describe)), name));
        while (_queue.Count > MostFiles) CompleteNext();
    }

    /// <summary>Waits until all are finished; nothing when a failure has been told.</summary>
    /// <exception cref="StoreException">One failed: the first in the order of the archive.</exception>
    internal void Complete()
    {
        while (_queue.Count > 0 && !_hasFailed) CompleteNext();
    }

    private static void Finish(SafeFileHandle file, byte[] content, int size, Action<SafeFileHandle> describe)
    {
        try
        {
            using (file)
            {
                if (size > 0) RandomAccess.Write(file, content.AsSpan(0, size), fileOffset: 0);
                describe(file);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(content);
        }
    }

    private void CompleteNext()
    {
        (Task work, byte[] name) = _queue.Dequeue();
        try
        {
            _hasFailed = true;
            work.GetAwaiter().GetResult();
            _hasFailed = false;
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            throw StoreFault.Explain("can't unpack a layer", UnixPath.Quote(name), error);
        }
    }
}
