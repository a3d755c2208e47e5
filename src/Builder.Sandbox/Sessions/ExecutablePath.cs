namespace Builder.Sandbox.Sessions;

/// <summary>Finds programs, and how to start this one again.</summary>
internal static class ExecutablePath
{
    private static readonly string[] SystemDirectories = ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"];

    /// <summary>The path of a system program, PATH first; null when it isn't installed.</summary>
    public static string? Find(string name)
    {
        string[] path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return path.Where(Path.IsPathRooted).Concat(SystemDirectories).Select(d => Path.Combine(d, name)).FirstOrDefault(File.Exists);
    }

    /// <summary>The words that start this program again: its own executable, or <c>dotnet</c> and the assembly.</summary>
    public static IReadOnlyList<string> OwnCommand()
    {
        string process = Environment.ProcessPath ?? throw new InvalidOperationException("the path of this program is unknown");
        return Path.GetFileNameWithoutExtension(process) == "dotnet" ? [process, Environment.GetCommandLineArgs()[0]] : [process];
    }
}
