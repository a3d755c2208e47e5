using System.Text;
using Builder.Linux;
using Builder.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace Builder.Sandbox.Init;

/// <summary>Finds out who USER means, by the container's own passwd and group files.</summary>
internal static class UserLookup
{
    private const int MaxFileSize = 10 << 20;

    // NGROUPS_MAX of the kernel.
    private const int MostGroups = 65536;

    /// <summary>Resolves a user specification.</summary>
    /// <param name="root">The container's root.</param>
    /// <param name="specification"><c>user[:group]</c>, names or numbers; empty for root.</param>
    /// <param name="extraGroups">Further groups, names or numbers.</param>
    public static ContainerUser Resolve(DirectoryHandle root, string specification, IReadOnlyList<string> extraGroups)
    {
        string[] parts = specification.Split(':', 2);
        string userPart = parts[0].Length == 0 ? "0" : parts[0];
        string? groupPart = parts.Length > 1 && parts[1].Length > 0 ? parts[1] : null;
        string[][] users = ReadFields(root, "etc/passwd");
        string[][] groups = ReadFields(root, "etc/group");
        string[]? entry = FindUser(users, userPart);
        int uid = entry is not null ? Number(entry[2], userPart) : Id(userPart) ?? throw Unknown("user", userPart, "passwd");
        string home = entry is { Length: > 5 } && entry[5].Length > 0 ? entry[5] : "/";
        int gid = groupPart is not null ? GroupId(groups, groupPart) : entry is { Length: > 3 } ? Number(entry[3], userPart) : 0;
        var supplementary = new SortedSet<int>();
        if (groupPart is null && entry is not null)
        {
            supplementary.Add(gid);
            foreach (string[] group in groups)
            {
                if (group.Length > 3 && group[3].Split(',').Contains(entry[0]) && int.TryParse(group[2], out int id)) supplementary.Add(id);
            }
        }

        foreach (string group in extraGroups) supplementary.Add(GroupId(groups, group));
        if (supplementary.Count > MostGroups)
            throw new SetupException(125, $"the container's group file puts '{userPart}' into {supplementary.Count} groups, more than {MostGroups}");
        return new ContainerUser(uid, gid, [.. supplementary], home);
    }

    // A name wins over a number, as a user may be called by digits.
    private static string[]? FindUser(string[][] users, string user) =>
        users.FirstOrDefault(u => u.Length > 2 && u[0] == user) ?? (Id(user) is { } id ? users.FirstOrDefault(u => u.Length > 2 && int.TryParse(u[2], out int n) && n == id) : null);

    private static int GroupId(string[][] groups, string group)
    {
        string[]? entry = groups.FirstOrDefault(g => g.Length > 2 && g[0] == group);
        return entry is not null ? Number(entry[2], group) : Id(group) ?? throw Unknown("group", group, "group");
    }

    private static int? Id(string text) => int.TryParse(text, out int id) && id >= 0 ? id : null;

    private static int Number(string text, string name) =>
        Id(text) ?? throw new SetupException(125, $"the entry of '{name}' in the container's passwd or group file has no valid id: '{text}'");

    private static SetupException Unknown(string kind, string name, string file) =>
        new(125, $"unable to find {kind} {name}: no matching entries in {file} file");

    private static string[][] ReadFields(DirectoryHandle root, string path)
    {
        try
        {
            using SafeFileHandle file = root.OpenFileBeneath(UnixPath.Encode(path));
            long length = RandomAccess.GetLength(file);
            if (length > MaxFileSize) throw new SetupException(125, $"/{path} of the container is larger than {MaxFileSize >> 20} MiB");
            byte[] content = new byte[length];
            int read = RandomAccess.Read(file, content, 0);
            string text = Encoding.UTF8.GetString(content, 0, read);
            return [.. text.Split('\n').Select(l => l.TrimEnd('\r')).Where(l => l.Length > 0 && l[0] != '#').Select(l => l.Split(':'))];
        }
        catch (SyscallException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            return [];
        }
        catch (SyscallException e) when (e.Errno is Errno.EINVAL or Errno.EISDIR or Errno.ELOOP)
        {
            throw new SetupException(125, $"/{path} of the container is not a file");
        }
    }
}
