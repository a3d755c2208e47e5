using System.Globalization;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Differential;

/// <summary>Writes a case's context to a directory.</summary>
internal static class CaseDirectory
{
    /// <summary>Every entry of a context has this time, so that a kept time can be told from a new one.</summary>
    public static readonly DateTimeOffset Modified = new(2001, 2, 3, 4, 5, 6, TimeSpan.Zero);

    public static async Task WriteAsync(DifferentialCase from, string directory)
    {
        Directory.CreateDirectory(directory);
        await File.WriteAllTextAsync(Path.Combine(directory, "Dockerfile"), from.Dockerfile);
        foreach (ContextFile file in from.Files)
        {
            string path = Path.Combine(directory, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, file.Content);
            File.SetUnixFileMode(path, file.Mode);
        }

        string touch = string.Create(CultureInfo.InvariantCulture, $"find . -depth -exec touch -h -d @{Modified.ToUnixTimeSeconds()} {{}} +");
        Command script = new("/bin/sh", "-c", $"set -e\numask 022\n{from.Script}\n{touch}\n") { Directory = directory };
        CommandResult result = await script.RunAsync();
        if (result.ExitCode != 0)
            throw new InvalidOperationException($"{from.Name}: the context could not be made\n{result}");
    }
}
