using Builder.Cache.Snapshots;
using Builder.Linux.Files;

namespace Builder.Executor.Steps;

/// <summary>A directory for sockets, which only its owner can enter. It lies in a draft, so that it is collected even after a crash.</summary>
internal static class PrivateDirectory
{
    private const int OwnerOnly = 0x1C0;

    /// <summary>Its name in the draft.</summary>
    public const string Name = "private";

    /// <summary>Makes it.</summary>
    /// <returns>Its path.</returns>
    public static string Make(SnapshotDraft draft)
    {
        using DirectoryHandle tree = DirectoryHandle.Open(draft.TreeDirectory);
        tree.MakeDirectory(UnixPath.Encode(Name), OwnerOnly);
        return Path.Combine(draft.TreeDirectory, Name);
    }
}
