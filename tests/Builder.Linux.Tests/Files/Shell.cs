using System.Diagnostics;

namespace Builder.Linux.Tests.Files;

/// <summary>Runs the machine's own tools, to compare with.</summary>
internal static class Shell
{
    public static string Output(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        string output = process.StandardOutput.ReadToEnd().TrimEnd('\n');
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
