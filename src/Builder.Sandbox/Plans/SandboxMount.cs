namespace Builder.Sandbox.Plans;

/// <summary>A mount inside the container. The target is resolved beneath the root; what has to be made for it is taken away again afterwards if still empty.</summary>
/// <param name="Target">Absolute path in the container.</param>
public abstract record SandboxMount(string Target);

/// <summary>A file or directory from outside.</summary>
/// <param name="Source">Absolute path outside.</param>
/// <param name="Target">Absolute path in the container.</param>
/// <param name="ReadOnly">Recursively.</param>
public sealed record BindMount(string Source, string Target, bool ReadOnly) : SandboxMount(Target)
{
    /// <summary>What of the source is mounted: a path with the source as its root, whatever links are there by then. Empty for all of it.</summary>
    public string Beneath { get; init; } = "";
}

/// <summary>A subtree of a snapshot chain, put together by overlayfs; writes go to a throw-away upper directory.</summary>
/// <param name="Root">The tree.</param>
/// <param name="Source">Path in that tree.</param>
/// <param name="Target">Absolute path in the container.</param>
/// <param name="ReadOnly">When false, writes are allowed (and discarded with the upper directory).</param>
public sealed record TreeMount(RootFileSystem Root, string Source, string Target, bool ReadOnly) : SandboxMount(Target);

/// <summary>An empty memory file system.</summary>
/// <param name="Target">Absolute path in the container.</param>
/// <param name="SizeBytes">Null for no limit.</param>
/// <param name="Mode">Permission bits of its root; null for those of the directory it is mounted on, or 1777 when there is none.</param>
public sealed record TmpfsMount(string Target, long? SizeBytes = null, int? Mode = null) : SandboxMount(Target)
{
    /// <summary>Programs on it can be executed.</summary>
    public bool Executable { get; init; }

    /// <summary>Nothing can be written to it.</summary>
    public bool ReadOnly { get; init; }
}

/// <summary>A file with given content, on a memory file system: no set-uid bits, no devices.</summary>
/// <param name="Target">Absolute path in the container.</param>
/// <param name="Content">Its bytes.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="Uid">Owner.</param>
/// <param name="Gid">Group.</param>
public sealed record FileMount(string Target, ReadOnlyMemory<byte> Content, int Mode, int Uid = 0, int Gid = 0) : SandboxMount(Target)
{
    /// <summary>It can be executed.</summary>
    public bool Executable { get; init; }

    /// <summary>It can't be written.</summary>
    public bool ReadOnly { get; init; } = true;
}
