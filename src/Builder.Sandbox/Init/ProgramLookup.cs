using System.Text;
using Builder.Linux.Files;
using Builder.Sandbox.Plans;

namespace Builder.Sandbox.Init;

/// <summary>Finds a program in the container as execvp(3) does.</summary>
internal static class ProgramLookup
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private const int AnyExecute = 0x49;
    private const int LongestName = 255;
    private const int LongestShown = 80;

    /// <summary>The path to execute from the working directory.</summary>
    /// <param name="root">The container's root.</param>
    /// <param name="process">What is to run.</param>
    /// <exception cref="SetupException">127: not found; 126: found, but not executable.</exception>
    public static string Find(DirectoryHandle root, SandboxProcess process)
    {
        string program = process.Arguments.Count > 0 ? process.Arguments[0] : "";
        if (program.Length == 0) throw new SetupException(127, "exec: \"\": no command");
        if (program.Contains('/', StringComparison.Ordinal)) return program;
        if (Encoding.UTF8.GetByteCount(program) > LongestName) throw new SetupException(127, $"exec: \"{program[..LongestShown]}...\": file name too long");
        string path = process.Environment.LastOrDefault(v => v.StartsWith("PATH=", StringComparison.Ordinal))?["PATH=".Length..] ?? DefaultPath;
        string? refused = null;
        foreach (string directory in path.Split(':'))
        {
            string candidate = (directory.Length == 0 ? "." : directory) + "/" + program;
            string absolute = candidate.StartsWith('/') ? candidate : process.WorkingDirectory + "/" + candidate;
            if (!root.TryStatBeneath(UnixPath.Encode(absolute), followLast: true, out FileStatus status)) continue;
            if (status.Type == FileType.Regular && (status.Mode & AnyExecute) != 0) return candidate;
            refused ??= candidate;
        }

        throw refused is null
            ? new SetupException(127, $"exec: \"{program}\": executable file not found in $PATH")
            : new SetupException(126, $"exec: \"{refused}\": permission denied");
    }
}
