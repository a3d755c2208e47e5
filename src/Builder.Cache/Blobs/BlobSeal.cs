using Builder.Cache.Storage;
using Builder.Linux.Files;

namespace Builder.Cache.Blobs;

/// <summary>
/// The modification time of a blob is a constant. Whatever writes to the file changes it, so that one look tells whether the content can
/// still be what it was; the access time is that of the last use.
/// </summary>
internal static class BlobSeal
{
    /// <summary>1980-01-01, which every file system can keep.</summary>
    internal static FileTime Time { get; } = new(315532800, 0);

    /// <summary>Marks a blob whose content is known to be right as untouched and used now.</summary>
    internal static void Put(string path, TimeProvider time) => LastUse.Set(path, LastUse.Of(time.GetUtcNow()), Time);
}
