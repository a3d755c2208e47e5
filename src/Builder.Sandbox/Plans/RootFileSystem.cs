namespace Builder.Sandbox.Plans;

/// <summary>Where a container's root comes from. The set of subtypes is closed.</summary>
public abstract record RootFileSystem;

/// <summary>Overlayfs.</summary>
/// <param name="BaseDirectory">What <paramref name="LowerDirectories"/> are relative to.</param>
/// <param name="LowerDirectories">Topmost first; may be empty.</param>
/// <param name="UpperDirectory">Absolute; takes the changes. Null for a read-only view.</param>
/// <param name="WorkDirectory">Absolute; on the file system of the upper one.</param>
public sealed record OverlayRoot(string BaseDirectory, IReadOnlyList<string> LowerDirectories, string? UpperDirectory, string? WorkDirectory) : RootFileSystem
{
    /// <summary>
    /// Skips syncing inside the container (overlayfs option <c>volatile</c>): right for a tree whose maker syncs it as a whole when it is done. The work
    /// directory can be used once only.
    /// </summary>
    public bool Volatile { get; init; }
}

/// <summary>A directory as it is.</summary>
/// <param name="Path">Absolute.</param>
public sealed record DirectoryRoot(string Path) : RootFileSystem;
