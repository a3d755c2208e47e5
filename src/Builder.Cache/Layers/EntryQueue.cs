using System.Buffers;
using Builder.Oci.Tar;
using Microsoft.Win32.SafeHandles;

namespace Builder.Cache.Layers;

/// <summary>
/// Entries on their way into an archive, in order. Small files are read on other cores while the entries before them are written; a bounded number is under way.
/// </summary>
internal sealed class EntryQueue(TarWriter tar) : IDisposable
{
    /// <summary>The largest file that is read ahead: its content is held in memory until it is written.</summary>
    internal const int LargestFile = 64 << 10;

    private const int MostEntries = 64;

    private readonly Queue<(TarEntry Entry, byte[]? Content, Task<int>? Reading)> _queue = [];

    /// <summary>Adds an entry without content.</summary>
    internal void Add(TarEntry entry) => Enqueue(entry, content: null, reading: null);

    /// <summary>Adds a small file.</summary>
    /// <param name="entry">Its size is at most <see cref="LargestFile"/>.</param>
    /// <param name="file">Closed when it was read.</param>
    internal void Add(TarEntry entry, SafeFileHandle file)
    {
        byte[] content = ArrayPool<byte>.Shared.Rent(LargestFile);
        Enqueue(entry, content, Task.Run(() => Read(file, content.AsSpan(0, (int)entry.Size))));
    }

    /// <summary>Writes an entry whose content is read while it is written, after all before it.</summary>
    internal void Write(TarEntry entry, Stream content)
    {
        Complete();
        tar.WriteEntry(entry, content);
    }

    /// <summary>Writes what is left.</summary>
    internal void Complete()
    {
        while (_queue.Count > 0) WriteNext();
    }

    /// <summary>Waits for what is being read; it isn't written.</summary>
    public void Dispose()
    {
        foreach (Task<int> reading in _queue.Select(e => e.Reading).OfType<Task<int>>()) Task.WaitAny(reading);
        _queue.Clear();
    }

    private static int Read(SafeFileHandle file, Span<byte> content)
    {
        using (file)
        {
            int length = 0;
            while (length < content.Length)
            {
                int count = RandomAccess.Read(file, content[length..], length);
                if (count == 0) break;
                length += count;
            }

            return length;
        }
    }

    private void Enqueue(TarEntry entry, byte[]? content, Task<int>? reading)
    {
        _queue.Enqueue((entry, content, reading));
        while (_queue.Count > MostEntries) WriteNext();
    }

    private void WriteNext()
    {
        (TarEntry entry, byte[]? content, Task<int>? reading) = _queue.Dequeue();
        if (content is null || reading is null)
        {
            tar.WriteEntry(entry);
            return;
        }

        try
        {
            using var stream = new MemoryStream(content, 0, reading.GetAwaiter().GetResult());
            tar.WriteEntry(entry, stream);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(content);
        }
    }
}
