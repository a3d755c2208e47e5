using Builder.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace Builder.Cache.Layers;

/// <summary>A file, directory or link of a merged tree.</summary>
public sealed class MergedFile : IDisposable
{
    private readonly bool _ownsDirectory;

    internal MergedFile(byte[] path, DirectoryHandle directory, byte[] name, FileStatus status, bool ownsDirectory)
    {
        (Path, Directory, Name, _ownsDirectory) = (path, directory, name, ownsDirectory);
        Status = name.Length == 0 ? status : NodePlaceholder.Translate(directory, name, status);
    }

    /// <summary>From the root of the tree, without symbolic links on the way; no leading slash, empty for the root.</summary>
    public byte[] Path { get; }

    /// <summary>The directory of the layer that has it; of the root: the root itself.</summary>
    public DirectoryHandle Directory { get; }

    /// <summary>Its name in <see cref="Directory"/>; empty for the root.</summary>
    public byte[] Name { get; }

    /// <summary>Its status; a placeholder of a device node shows as the device node.</summary>
    public FileStatus Status { get; }

    /// <summary>Opens a regular file.</summary>
    public SafeFileHandle OpenRead() => Directory.OpenRead(Name);

    /// <summary>Target of a symbolic link.</summary>
    public byte[] ReadLink() => Directory.ReadLink(Name);

    /// <summary>The extended attributes that belong to the image: what the store keeps in others is left out. Sorted by name.</summary>
    public IReadOnlyList<KeyValuePair<string, byte[]>> Attributes() => ImageAttributes.Read(Directory, Name);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ownsDirectory) Directory.Dispose();
    }
}
