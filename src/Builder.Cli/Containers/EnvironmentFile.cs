using Builder.Cli.Hosting;

namespace Builder.Cli.Containers;

/// <summary>Reads <c>--env-file</c>: one variable per line, comments at the start of a line only, no quotes, no expansion.</summary>
internal static class EnvironmentFile
{
    private const long MaxBytes = 4 << 20;

    /// <summary><c>NAME=value</c> each; a name alone takes the caller's value and is left out when that is unset.</summary>
    /// <exception cref="CommandException">The file can't be read, or a line is wrong.</exception>
    public static IEnumerable<string> Read(string path, HostEnvironment environment)
    {
        var variables = new List<string>();
        int number = 0;
        foreach (string raw in Lines(path, environment))
        {
            number++;
            string line = raw.TrimStart();
            if (line.Length == 0 || line.StartsWith('#')) continue;
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? line : line[..equals];
            if (name.Length == 0) throw CommandException.Usage($"{path}:{number}: no variable name on this line");
            if (name.AsSpan().ContainsAny(' ', '\t')) throw CommandException.Usage($"{path}:{number}: variable '{name}' contains whitespace");
            if (equals >= 0) variables.Add(line);
            else if (environment.Variables.TryGetValue(name, out string? value)) variables.Add($"{name}={value}");
        }

        return variables;
    }

    private static string[] Lines(string path, HostEnvironment environment)
    {
        try
        {
            var file = new FileInfo(environment.FullPath(path));
            if (file.Exists && file.Length > MaxBytes)
                throw CommandException.Usage($"{path} is larger than {MaxBytes >> 20} MiB, the limit for an environment file");
            return File.ReadAllLines(file.FullName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"can't read the environment file: {e.Message}", ExitCode.Refused, inner: e);
        }
    }
}
