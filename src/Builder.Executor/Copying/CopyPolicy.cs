using Builder.Linux.Files;

namespace Builder.Executor.Copying;

/// <summary>Who owns what a copy makes, and with which mode.</summary>
/// <param name="Owner">From --chown, or null.</param>
/// <param name="Mode">From --chmod, or null.</param>
/// <param name="KeepOwner">Without --chown: the source's owner, else root.</param>
internal sealed record CopyPolicy(FileOwner? Owner, ModeChange? Mode, bool KeepOwner)
{
    private const int DefaultDirectoryMode = 0x1ED;
    private const int DefaultFileMode = 0x1A4;

    /// <summary>Of directories made on the way to the destination.</summary>
    public FileOwner MadeOwner => Owner ?? FileOwner.Root;

    /// <summary>Of directories made on the way to the destination: an octal --chmod counts for them too, a symbolic one doesn't.</summary>
    public int MadeDirectoryMode => Mode?.Octal ?? DefaultDirectoryMode;

    /// <summary>Of files given in the Dockerfile itself.</summary>
    public int InlineFileMode => Mode?.Apply(DefaultFileMode, isDirectory: false) ?? DefaultFileMode;

    public FileOwner OwnerOf(FileStatus source) => Owner ?? (KeepOwner ? new FileOwner(source.Uid, source.Gid) : FileOwner.Root);

    public int ModeOf(FileStatus source) => Mode?.Apply(source.Mode, source.IsDirectory) ?? source.Mode;
}
