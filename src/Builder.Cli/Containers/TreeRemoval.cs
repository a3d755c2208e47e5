using System.Text;
using Builder.Linux.Files;

namespace Builder.Cli.Containers;

/// <summary>Removes directories of image files: their names need not be text, their modes need not allow it.</summary>
internal static class TreeRemoval
{
    /// <summary>Removes a directory with all that is in it; nothing happens when it isn't there.</summary>
    public static void Remove(string directory)
    {
        if (!Directory.Exists(directory)) return;
        using DirectoryHandle parent = DirectoryHandle.Open(Path.GetDirectoryName(directory)!);
        parent.RemoveTree(Encoding.UTF8.GetBytes(Path.GetFileName(directory)));
    }
}
