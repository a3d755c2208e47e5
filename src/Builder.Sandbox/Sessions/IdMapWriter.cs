using System.Diagnostics;
using Builder.Sandbox.Host;

namespace Builder.Sandbox.Sessions;

/// <summary>Writes the id maps of a new user namespace: root itself, others through newuidmap(1) and newgidmap(1).</summary>
internal static class IdMapWriter
{
    public static void Write(int pid, CallerIds caller)
    {
        if (caller.IsRoot)
        {
            WriteFile($"/proc/{pid}/uid_map", caller.UidMap);
            WriteFile($"/proc/{pid}/gid_map", caller.GidMap);
        }
        else
        {
            RunHelper("newuidmap", pid, caller.UidMap);
            RunHelper("newgidmap", pid, caller.GidMap);
        }
    }

    // The kernel wants the whole map in one write.
    private static void WriteFile(string path, IReadOnlyList<IdRange> map)
    {
        try
        {
            File.WriteAllText(path, string.Join('\n', map) + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SessionException($"the id map {path} can't be written: {e.Message}", hint: null, e);
        }
    }

    private static void RunHelper(string name, int pid, IReadOnlyList<IdRange> map)
    {
        string path = ExecutablePath.Find(name) ?? throw SessionDiagnosis.MissingHelper(name);
        var start = new ProcessStartInfo(path) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(pid.ToString());
        foreach (IdRange range in map)
        {
            start.ArgumentList.Add(range.Inside.ToString());
            start.ArgumentList.Add(range.Outside.ToString());
            start.ArgumentList.Add(range.Count.ToString());
        }

        using Process process = Process.Start(start) ?? throw SessionDiagnosis.MissingHelper(name);
        string errors = process.StandardError.ReadToEnd().Trim();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new SessionException($"{name} failed: {errors}", "check that /etc/subuid and /etc/subgid hold a range for this user and that the uidmap package's programs are set-uid root");
    }
}
