using Builder.Linux.Files;
using Builder.Oci.Tar;

namespace Builder.Cache.Layers;

/// <summary>
/// Counts the holes of files that are read from end to end: a step makes a file of terabytes with one call, and all of it would be hashed, or
/// written as zeros into an archive, which has none. May be used from several threads.
/// </summary>
public sealed class HoleCount
{
    private long _bytes;

    /// <summary>Counts a file; false when it is one too many.</summary>
    /// <param name="status">Of a regular file.</param>
    public bool TryAdd(in FileStatus status)
    {
        long holes = Math.Max(0, status.Size - status.Allocated);
        return holes <= TarReader.MostHoles && Interlocked.Add(ref _bytes, holes) <= TarReader.MostHoles;
    }

    /// <summary>Counts a file.</summary>
    /// <param name="path">For messages.</param>
    /// <param name="status">Of a regular file.</param>
    /// <exception cref="StoreException">It is one too many.</exception>
    public void Add(ReadOnlySpan<byte> path, in FileStatus status)
    {
        if (!TryAdd(status)) throw new StoreException(Refusal(path, status));
    }

    /// <summary>What to say of a file that is one too many.</summary>
    public static string Refusal(ReadOnlySpan<byte> path, in FileStatus status) =>
        $"'/{UnixPath.Quote(path)}' is sparse: {status.Size} bytes, {status.Allocated} of them on the disk. All of it would have to be read or archived; at most {TarReader.MostHoles >> 30} GiB of holes are";
}
