using Builder.Linux.Files;

namespace Builder.Cache.Layers;

/// <summary>What happened to a path.</summary>
internal enum TreeChangeKind
{
    /// <summary>It is new or different.</summary>
    Present,

    /// <summary>It was in the layers below and is gone.</summary>
    Removed,

    /// <summary>The directory stays, but everything the layers below have in it is gone.</summary>
    Cleared,
}

/// <summary>One difference between a tree and what it stands on. Valid until the next one is asked for.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Path">From the root, without a leading slash.</param>
/// <param name="Directory">Where the entry is; for a removed one where it was.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Status">As it is on disk; of what is present only.</param>
internal readonly record struct TreeChange(TreeChangeKind Kind, byte[] Path, DirectoryHandle Directory, byte[] Name, FileStatus Status);
