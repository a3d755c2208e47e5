using Builder.Linux.Native;

namespace Builder.Linux.Files;

/// <summary>What the caller may do with a file, as the kernel sees it: faccessat(2).</summary>
public static class FilePermission
{
    private const int Write = 2;

    /// <summary>Whether a file could be written, or entries be made in a directory.</summary>
    public static unsafe bool AllowsWriting(string path)
    {
        using var text = new NativeText(path);
        return UnistdH.FaccessAt(FcntlH.AtFdCwd, text.Pointer, Write, 0) == 0;
    }
}
