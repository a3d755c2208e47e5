using Builder.Linux.Identity;

namespace Builder.Sandbox.Sessions;

/// <summary>Who calls, and which ids a session of theirs may use.</summary>
public sealed record CallerIds(int Uid, int Gid, string UserName, IReadOnlyList<IdRange> UidMap, IReadOnlyList<IdRange> GidMap)
{
    private const string SubordinateUsers = "/etc/subuid";
    private const string SubordinateGroups = "/etc/subgid";

    /// <summary>Whether ids beyond the caller's own are available.</summary>
    public bool HasRanges => UidMap.Count > 1 && GidMap.Count > 1;

    /// <summary>Whether the caller is root in its own namespace and writes the maps itself.</summary>
    public bool IsRoot => Uid == 0;

    /// <summary>Reads the caller's identity and ranges.</summary>
    public static CallerIds Read()
    {
        int uid = CredentialCalls.UserId;
        int gid = CredentialCalls.GroupId;
        string name = NameOf(uid) ?? uid.ToString();
        if (uid == 0)
        {
            bool all = HasAllIds("/proc/self/uid_map") && HasAllIds("/proc/self/gid_map");
            return new CallerIds(
                uid, gid, name,
                IdMap.ForRoot(IdMap.ReadRanges(Lines(SubordinateUsers), "root", "0", "containers"), all),
                IdMap.ForRoot(IdMap.ReadRanges(Lines(SubordinateGroups), "root", "0", "containers"), all));
        }

        return new CallerIds(
            uid, gid, name,
            IdMap.ForUser(uid, IdMap.ReadRanges(Lines(SubordinateUsers), name, uid.ToString())),
            IdMap.ForUser(gid, IdMap.ReadRanges(Lines(SubordinateGroups), name, uid.ToString())));
    }

    private static IEnumerable<string> Lines(string path) => File.Exists(path) ? File.ReadLines(path) : [];

    private static bool HasAllIds(string path)
    {
        string[] fields = File.ReadAllText(path).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return fields is ["0", "0", "4294967295"];
    }

    private static string? NameOf(int uid)
    {
        foreach (string line in Lines("/etc/passwd"))
        {
            string[] fields = line.Split(':');
            if (fields.Length > 2 && int.TryParse(fields[2], out int id) && id == uid) return fields[0];
        }

        return Environment.GetEnvironmentVariable("USER");
    }
}
