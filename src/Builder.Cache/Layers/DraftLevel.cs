using Builder.Linux.Files;

namespace Builder.Cache.Layers;

/// <summary>A directory being unpacked into.</summary>
/// <param name="Path">From the root, without symbolic links.</param>
/// <param name="Upper">Where new entries are made.</param>
/// <param name="Lower">The same directory in the layers below; null when it isn't there, is hidden, or the tree is a whole copy.</param>
internal sealed record DraftLevel(byte[] Path, DirectoryHandle Upper, MergedDirectory? Lower) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Upper.Dispose();
        Lower?.Dispose();
    }
}
