using Builder.Linux.Files;

namespace Builder.Sandbox.Init;

/// <summary>
/// Where something would have to be made for a path to lead to it: images have links to what is not there, such as /etc/resolv.conf to a file
/// below /run. They resolve inside the root, as those that lead somewhere do.
/// </summary>
internal static class MissingPath
{
    private const int MostLinks = 40;

    /// <summary>The path without links to what is missing.</summary>
    /// <param name="root">The container's root.</param>
    /// <param name="path">Absolute path in the container, of nothing that exists.</param>
    /// <exception cref="SetupException">It can't be made.</exception>
    public static string Find(DirectoryHandle root, string path)
    {
        string current = path;
        for (int links = 0; links < MostLinks; links++)
        {
            string[] names = current.Split('/', StringSplitOptions.RemoveEmptyEntries);
            int existing = Existing(root, names);
            if (names[existing..].Any(n => n is "." or ".."))
                throw new SetupException(125, $"can't mount on {path}: in the image it leads to {current}, which can't be made");
            if (existing == names.Length || ReadLink(root, names[..existing], names[existing]) is not { } target) return current;
            string parent = target.StartsWith('/') ? "" : string.Join('/', names[..existing]);
            current = $"/{parent}/{target}/{string.Join('/', names[(existing + 1)..])}";
        }

        throw new SetupException(125, $"can't mount on {path}: in the image it leads through too many links");
    }

    private static int Existing(DirectoryHandle root, string[] names)
    {
        int count = names.Length;
        while (count > 0 && !root.TryStatBeneath(UnixPath.Encode(string.Join('/', names[..count])), followLast: true, out _)) count--;
        return count;
    }

    private static string? ReadLink(DirectoryHandle root, string[] parent, string name)
    {
        byte[] place = UnixPath.Encode(string.Join('/', parent));
        if (!root.TryStatBeneath(place, followLast: true, out FileStatus status) || status.Type != FileType.Directory) return null;
        using DirectoryHandle directory = root.OpenDirectoryBeneath(place);
        byte[] bytes = UnixPath.Encode(name);
        return directory.TryStat(bytes, out FileStatus found) && found.Type == FileType.SymbolicLink ? UnixPath.Decode(directory.ReadLink(bytes)) : null;
    }
}
