namespace Builder.Linux.Files;

/// <summary>Kind of a directory entry.</summary>
public enum FileType
{
    Unknown,
    Regular,
    Directory,
    SymbolicLink,
    CharacterDevice,
    BlockDevice,
    Fifo,
    Socket,
}
