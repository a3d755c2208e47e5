using System.Globalization;
using Builder.Linux.Files;
using Builder.Linux.Identity;

namespace Builder.Executor.Copying;

/// <summary>
/// The users and groups of a root file system: <c>/etc/passwd</c> and <c>/etc/group</c>, found beneath its root whatever links say. A malformed line is
/// skipped as libc does.
/// </summary>
/// <param name="users">Of passwd.</param>
/// <param name="groups">Of group.</param>
internal sealed class AccountDatabase(byte[] users, byte[] groups)
{
    /// <summary>Reads the files; a missing one is empty.</summary>
    /// <exception cref="OperationException">A file is too large, or none.</exception>
    public static AccountDatabase Load(DirectoryHandle root) => new(Read(root, "etc/passwd"), Read(root, "etc/group"));

    /// <summary>Reads a non-negative id.</summary>
    public static bool TryParseId(string text, out int id) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id);

    /// <summary>Uid and primary group of a user name.</summary>
    public (int Uid, int Gid)? FindUser(string name)
    {
        foreach (string[] fields in AccountFile.Lines(users))
        {
            if (fields.Length >= 4 && fields[0] == name && TryParseId(fields[2], out int uid) && TryParseId(fields[3], out int gid)) return (uid, gid);
        }

        return null;
    }

    /// <summary>Id of a group name.</summary>
    public int? FindGroup(string name)
    {
        foreach (string[] fields in AccountFile.Lines(groups))
        {
            if (fields.Length >= 3 && fields[0] == name && TryParseId(fields[2], out int gid)) return gid;
        }

        return null;
    }

    private static byte[] Read(DirectoryHandle root, string path)
    {
        try
        {
            return AccountFile.Read(root, path);
        }
        catch (AccountFileException e)
        {
            throw new OperationException($"/{path} of the image {e.Message}", inner: e);
        }
    }
}
