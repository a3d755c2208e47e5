namespace Builder.Linux.Namespaces;

/// <summary>Flags of unshare(2).</summary>
[Flags]
public enum NamespaceKinds
{
    None = 0,

    /// <summary>Not a namespace: an own current directory, root and umask for the thread.</summary>
    FileSystemAttributes = 0x200,
    Mount = 0x20000,
    ControlGroup = 0x2000000,
    HostName = 0x4000000,
    Ipc = 0x8000000,
    User = 0x10000000,
    Process = 0x20000000,
    Network = 0x40000000,
}
