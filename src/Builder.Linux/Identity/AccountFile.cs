using System.Text;
using Builder.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace Builder.Linux.Identity;

/// <summary>The passwd or group file of a tree by somebody else.</summary>
public static class AccountFile
{
    private const int MaxSize = 10 << 20;

    // One more than passwd has: what follows is nobody's.
    private const int MostFields = 8;

    /// <summary>The bytes of a file; none when it is missing.</summary>
    /// <param name="root">The tree; links resolve inside.</param>
    /// <param name="path">Path in the tree.</param>
    /// <exception cref="AccountFileException">It is too large, or no file.</exception>
    public static byte[] Read(DirectoryHandle root, string path)
    {
        try
        {
            using SafeFileHandle file = root.OpenFileBeneath(UnixPath.Encode(path));
            long length = RandomAccess.GetLength(file);
            if (length > MaxSize) throw new AccountFileException($"is larger than {MaxSize >> 20} MiB");
            byte[] content = new byte[length];
            int read = RandomAccess.Read(file, content, 0);
            return read == length ? content : content[..read];
        }
        catch (SyscallException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            return [];
        }
        catch (SyscallException e) when (e.Errno is Errno.EINVAL or Errno.EISDIR or Errno.ELOOP)
        {
            throw new AccountFileException("is not a file", e);
        }
    }

    /// <summary>
    /// The fields of each line, comments and empty lines left out. Made whenever they are asked for: a file of many short lines would be many times as
    /// large in memory.
    /// </summary>
    public static IEnumerable<string[]> Lines(byte[] content)
    {
        for (int start = 0; start < content.Length;)
        {
            int end = Array.IndexOf(content, (byte)'\n', start);
            if (end < 0) end = content.Length;
            string line = Encoding.UTF8.GetString(content, start, end - start).TrimEnd('\r');
            if (line.Length > 0 && line[0] != '#') yield return line.Split(':', MostFields);
            start = end + 1;
        }
    }
}
