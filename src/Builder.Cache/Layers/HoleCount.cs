using Builder.Linux.Files;
using Builder.Oci.Tar;

namespace Builder.Cache.Layers;

/// <summary>
/// Counts the holes of files that go into an archive, which has none: a step makes a file of terabytes with one call, and all of it would be
/// written as zeros.
/// </summary>
public sealed class HoleCount
{
    private long _bytes;

    /// <summary>Counts a file.</summary>
    /// <param name="path">For messages.</param>
    /// <param name="status">Of a regular file.</param>
    /// <exception cref="StoreException">They are too many.</exception>
    public void Add(ReadOnlySpan<byte> path, in FileStatus status)
    {
        _bytes += Math.Max(0, status.Size - status.Allocated);
        if (_bytes is >= 0 and <= TarReader.MostHoles) return;
        throw new StoreException(
            $"'/{UnixPath.Quote(path)}' is sparse: {status.Size} bytes, {status.Allocated} of them on the disk. An archive would hold it all, and takes at most {TarReader.MostHoles >> 30} GiB of holes");
    }
}
