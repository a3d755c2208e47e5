using System.Text;

namespace Builder.EndToEnd.Tests.Differential;

/// <summary>
/// Reads files of cases. A case begins with <c>=== name</c>; its sections begin with <c>--- </c>: <c>Dockerfile</c>, <c>older Dockerfile</c> (the same for Docker), <c>file PATH [MODE]</c> and
/// <c>sh</c> (a script run in the context) have text, and so has <c>difference ID</c> (what must differ, see <see cref="DifferentialCase.Expected"/>);
/// <c>args WORDS</c>, <c>fails</c> and <c>sample</c> have none.
/// </summary>
internal static class CaseReader
{
    private const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public static IReadOnlyList<DifferentialCase> ReadDirectory(string directory) =>
        [.. Directory.EnumerateFiles(directory, "*.txt").Order(StringComparer.Ordinal).SelectMany(path => Read(Path.GetFileNameWithoutExtension(path), File.ReadAllText(path)))];

    public static IEnumerable<DifferentialCase> Read(string area, string text)
    {
        DifferentialCase? current = null;
        string section = "";
        StringBuilder body = new();
        foreach (string line in text.TrimEnd('\n').Split('\n').Append("=== "))
        {
            bool isCase = line.StartsWith("=== ", StringComparison.Ordinal);
            if (!isCase && !line.StartsWith("--- ", StringComparison.Ordinal))
            {
                body.Append(line).Append('\n');
                continue;
            }

            if (current is not null)
                current = WithSection(current, section, body.ToString());
            body.Clear();
            section = isCase ? "" : line[4..];
            if (!isCase)
                continue;
            if (current is not null)
                yield return current.Dockerfile.Length > 0 ? current : throw new FormatException($"case without a Dockerfile: {current.Name}");
            current = new DifferentialCase($"{area}: {line[4..]}", "", []);
        }
    }

    private static DifferentialCase WithSection(DifferentialCase into, string heading, string body)
    {
        string[] words = heading.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words switch
        {
            [] when body.Trim().Length == 0 => into,
            ["Dockerfile"] => into with { Dockerfile = body },
            ["older", "Dockerfile"] => into with { OlderDockerfile = body },
            ["file", string path] => into with { Files = into.Files.Add(new ContextFile(path, body, Plain)) },
            ["file", string path, string mode] => into with { Files = into.Files.Add(new ContextFile(path, body, ParseMode(mode))) },
            ["sh"] => into with { Script = body },
            ["args", .. string[] arguments] => into with { Arguments = [.. arguments] },
            ["fails"] => into with { MustFail = true },
            ["sample"] => into with { IsSample = true },
            ["difference", string id] => into with { Difference = id, Expected = body },
            _ => throw new FormatException($"{into.Name}: unknown section '{heading}'"),
        };
    }

    private static UnixFileMode ParseMode(string octal) => (UnixFileMode)Convert.ToInt32(octal, 8);
}
