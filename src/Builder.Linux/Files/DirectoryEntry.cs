namespace Builder.Linux.Files;

/// <summary>One entry of a directory listing.</summary>
/// <param name="Name">Bytes, as they are.</param>
/// <param name="Type">As the listing said; <see cref="FileType.Unknown"/> where the file system does not say.</param>
public readonly record struct DirectoryEntry(byte[] Name, FileType Type);
