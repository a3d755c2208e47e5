using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Builder.EndToEnd.Tests.Harness;

/// <summary>Looks at /proc.</summary>
internal static class ProcessTable
{
    /// <summary>Processes (this one excepted) whose command line or environment holds a text.</summary>
    public static IReadOnlyList<string> MentioningInCommandOrEnvironment(string text)
    {
        List<string> found = [];
        foreach (int id in Ids().Where(id => id != Environment.ProcessId))
        {
            string command = Read(id, "cmdline");
            if (IsAlive(id) && (command.Contains(text, StringComparison.Ordinal) || Read(id, "environ").Contains(text, StringComparison.Ordinal)))
                found.Add($"running: {id} {command.Replace('\0', ' ')}");
        }

        return found;
    }

    /// <summary>Living processes (this one excepted) whose environment holds a text, oldest first.</summary>
    public static IReadOnlyList<int> IdsMentioningInEnvironment(string text) =>
        [.. Ids().Where(id => id != Environment.ProcessId && IsAlive(id) && Read(id, "environ").Contains(text, StringComparison.Ordinal)).Order()];

    /// <summary>SIGKILL to a process whose environment holds a text; false when it isn't there any more.</summary>
    public static bool Kill(int id, string text)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            if (!Read(id, "environ").Contains(text, StringComparison.Ordinal)) return false;
            process.Kill();
            return true;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Resident memory in bytes of a process and all its descendants, as /proc/PID/status tells.</summary>
    public static long ResidentBytesOfTree(int root)
    {
        ILookup<int, int> children = Ids().ToLookup(Parent);
        long total = 0;
        Queue<int> queue = new([root]);
        while (queue.TryDequeue(out int id))
        {
            total += ResidentBytes(id);
            foreach (int child in children[id])
                queue.Enqueue(child);
        }

        return total;
    }

    private static bool IsAlive(int id)
    {
        string state = Field(Read(id, "status"), "State:");
        return state.Length > 0 && state[0] is not ('Z' or 'X');
    }

    private static long ResidentBytes(int id)
    {
        string[] words = Field(Read(id, "status"), "VmRSS:").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 0 ? 0 : long.Parse(words[0], CultureInfo.InvariantCulture) * 1024;
    }

    private static int Parent(int id) =>
        int.TryParse(Field(Read(id, "status"), "PPid:"), NumberStyles.None, CultureInfo.InvariantCulture, out int parent) ? parent : 0;

    private static string Field(string status, string name)
    {
        foreach (string line in status.Split('\n'))
        {
            if (line.StartsWith(name, StringComparison.Ordinal))
                return line[name.Length..].Trim();
        }

        return "";
    }

    private static IEnumerable<int> Ids() =>
        Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : -1)
            .Where(id => id > 0);

    private static string Read(int id, string file)
    {
        try
        {
            return Encoding.Latin1.GetString(File.ReadAllBytes($"/proc/{id}/{file}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process ended meanwhile, or is another user's: neither is one of ours.
            return "";
        }
    }
}
