namespace Builder.Cache.Storage;

/// <summary>What is mounted in this process's view. See proc_pid_mountinfo(5).</summary>
internal static class MountTable
{
    private const int MountPointField = 4;

    /// <summary>Whether something is mounted at a path or below it.</summary>
    internal static bool HasMountWithin(string path) => HasMountWithin(path, File.ReadLines("/proc/self/mountinfo"));

    internal static bool HasMountWithin(string path, IEnumerable<string> mountInfo)
    {
        string escaped = Escape(path);
        foreach (string line in mountInfo)
        {
            string[] fields = line.Split(' ', MountPointField + 2);
            if (fields.Length <= MountPointField) continue;
            string point = fields[MountPointField];
            if (point == escaped || (point.StartsWith(escaped, StringComparison.Ordinal) && point[escaped.Length] == '/')) return true;
        }

        return false;
    }

    // The kernel writes blank, tab, newline and backslash as octal numbers.
    private static string Escape(string path) => path
        .Replace("\\", "\\134", StringComparison.Ordinal)
        .Replace(" ", "\\040", StringComparison.Ordinal)
        .Replace("\t", "\\011", StringComparison.Ordinal)
        .Replace("\n", "\\012", StringComparison.Ordinal);
}
