using Builder.Linux.Files;
using Builder.Linux.Identity;

namespace Builder.Sandbox.Init;

/// <summary>Finds out who USER means, by the container's own passwd and group files.</summary>
internal static class UserLookup
{
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
        IEnumerable<string[]> users = Read(root, "etc/passwd");
        IEnumerable<string[]> groups = Read(root, "etc/group");
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
                if (group.Length > 3 && IsMember(group[3], entry[0]) && int.TryParse(group[2], out int id)) supplementary.Add(id);
            }
        }

        foreach (string group in extraGroups) supplementary.Add(GroupId(groups, group));
        if (supplementary.Count > MostGroups)
            throw new SetupException(125, $"the container's group file puts '{userPart}' into {supplementary.Count} groups, more than {MostGroups}");
        return new ContainerUser(uid, gid, [.. supplementary], home);
    }

    // A name wins over a number, as a user may be called by digits.
    private static string[]? FindUser(IEnumerable<string[]> users, string user) =>
        users.FirstOrDefault(u => u.Length > 2 && u[0] == user) ?? (Id(user) is { } id ? users.FirstOrDefault(u => u.Length > 2 && int.TryParse(u[2], out int n) && n == id) : null);

    private static int GroupId(IEnumerable<string[]> groups, string group)
    {
        string[]? entry = groups.FirstOrDefault(g => g.Length > 2 && g[0] == group);
        return entry is not null ? Number(entry[2], group) : Id(group) ?? throw Unknown("group", group, "group");
    }

    private static int? Id(string text) => int.TryParse(text, out int id) && id >= 0 ? id : null;

    private static int Number(string text, string name) =>
        Id(text) ?? throw new SetupException(125, $"the entry of '{name}' in the container's passwd or group file has no valid id: '{text}'");

    private static SetupException Unknown(string kind, string name, string file) =>
        new(125, $"unable to find {kind} {name}: no matching entries in {file} file");

    private static bool IsMember(string members, string name)
    {
        foreach (Range member in members.AsSpan().Split(','))
        {
            if (members.AsSpan(member).SequenceEqual(name)) return true;
        }

        return false;
    }

    private static IEnumerable<string[]> Read(DirectoryHandle root, string path)
    {
        try
        {
            return AccountFile.Lines(AccountFile.Read(root, path));
        }
        catch (AccountFileException e)
        {
            throw new SetupException(125, $"/{path} of the container {e.Message}");
        }
    }
}
