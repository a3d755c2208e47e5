using System.Globalization;
using System.Text;
using Builder.Linux;
using Builder.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace Builder.Executor.Copying;

/// <summary>
/// The users and groups of a root file system: <c>/etc/passwd</c> and <c>/etc/group</c>, found beneath its root whatever links say.
/// </summary>
internal sealed class AccountDatabase
{
    private const int MaxFileSize = 10 << 20;

    private readonly List<(string Name, int Uid, int Gid)> _users = [];
    private readonly List<(string Name, int Gid)> _groups = [];

    /// <summary>Reads the files; a missing one is empty, a malformed line is skipped as libc does.</summary>
    /// <exception cref="OperationException">A file is too large.</exception>
    public static AccountDatabase Load(DirectoryHandle root)
    {
        var accounts = new AccountDatabase();
        foreach (string[] fields in ReadFields(root, "etc/passwd"))
        {
            if (fields.Length >= 4 && TryParseId(fields[2], out int uid) && TryParseId(fields[3], out int gid)) accounts._users.Add((fields[0], uid, gid));
        }

        foreach (string[] fields in ReadFields(root, "etc/group"))
        {
            if (fields.Length >= 3 && TryParseId(fields[2], out int gid)) accounts._groups.Add((fields[0], gid));
        }

        return accounts;
    }

    /// <summary>Reads a non-negative id.</summary>
    public static bool TryParseId(string text, out int id) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id);

    /// <summary>Uid and primary group of a user name.</summary>
    public (int Uid, int Gid)? FindUser(string name) =>
        _users.FindIndex(u => u.Name == name) is >= 0 and int index ? (_users[index].Uid, _users[index].Gid) : null;

    /// <summary>Id of a group name.</summary>
    public int? FindGroup(string name) => _groups.FindIndex(g => g.Name == name) is >= 0 and int index ? _groups[index].Gid : null;

    private static IEnumerable<string[]> ReadFields(DirectoryHandle root, string path)
    {
        SafeFileHandle file;
        try
        {
            file = root.OpenFileBeneath(UnixPath.Encode(path));
        }
        catch (SyscallException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            yield break;
        }

        using var stream = new FileStream(file, FileAccess.Read);
        if (stream.Length > MaxFileSize) throw new OperationException($"/{path} of the image is larger than {MaxFileSize >> 20} MiB");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (reader.ReadLine() is { } line) yield return line.Split(':');
    }
}
