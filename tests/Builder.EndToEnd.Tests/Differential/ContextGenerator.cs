using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Builder.EndToEnd.Tests.Differential;

/// <summary>A random context: files of many modes, directories, links of every kind, and sometimes a .dockerignore.</summary>
/// <param name="chance">Where the choices come from.</param>
/// <param name="hasSpecialBits">Whether modes may have setuid, setgid and sticky bits.</param>
internal sealed class ContextGenerator(Chance chance, bool hasSpecialBits)
{
    private static readonly string[] Names = ["a", "b", "c.txt", "d.log", "e.txt", ".hidden", "x-1", "README.md", "lib", "src", "main.c", "Z"];
    private static readonly string[] FileModes = ["644", "644", "755", "600", "444", "777", "0"];
    private static readonly string[] DirectoryModes = ["755", "755", "700", "750", "555"];
    private static readonly string[] SpecialFileModes = ["644", "4755", "2755", "1644", "6711"];
    private static readonly string[] SpecialDirectoryModes = ["755", "1777", "2775", "3770"];

    private readonly List<string> _directories = [""];
    private readonly HashSet<string> _paths = new(StringComparer.Ordinal);
    private readonly List<ContextFile> _files = [];
    private readonly StringBuilder _script = new();

    public IReadOnlyList<string> Paths => [.. _paths.Order(StringComparer.Ordinal)];

    public ImmutableArray<ContextFile> Files => [.. _files];

    public string Script => _script.ToString();

    public void Generate()
    {
        int count = chance.Between(4, 14);
        StringBuilder modes = new();
        for (int i = 0; i < count; i++)
        {
            string path = Join(chance.Pick(_directories), chance.Pick(Names));
            if (!_paths.Add(path))
                continue;
            int kind = chance.Between(0, 99);
            if (kind < 50)
                AddFile(path, i);
            else if (kind < 78)
                AddDirectory(path, modes);
            else if (kind < 94)
                AddSymbolicLink(path);
            else if (_files.Count > 0)
                AddHardLink(path);
            else
                _paths.Remove(path);
        }

        // Last: nothing could be made below a directory that may not be written, were it not root who makes it.
        _script.Append(modes);
        if (chance.In100(30))
            _files.Add(new ContextFile(".dockerignore", Ignores(), ParseMode("644")));
    }

    private void AddFile(string path, int number) =>
        _files.Add(new ContextFile(path, chance.In100(10) ? "" : string.Create(CultureInfo.InvariantCulture, $"content {number} of {path}\n"), ParseMode(chance.Pick(hasSpecialBits ? SpecialFileModes : FileModes))));

    private void AddDirectory(string path, StringBuilder modes)
    {
        _directories.Add(path);
        _script.Append(CultureInfo.InvariantCulture, $"mkdir -p '{path}'\n");
        modes.Append(CultureInfo.InvariantCulture, $"chmod {chance.Pick(hasSpecialBits ? SpecialDirectoryModes : DirectoryModes)} '{path}'\n");
    }

    private void AddSymbolicLink(string path)
    {
        string[] targets = ["a", "../a", "/etc/passwd", "nowhere", "../../../../etc/group", ".", "..", "src", "/lib", .. _paths];
        _script.Append(CultureInfo.InvariantCulture, $"ln -s '{chance.Pick(targets)}' '{path}'\n");
    }

    private void AddHardLink(string path) => _script.Append(CultureInfo.InvariantCulture, $"ln '{chance.Pick(_files).Path}' '{path}'\n");

    private string Ignores()
    {
        StringBuilder text = new();
        string[] patterns = ["*.log", "**/*.txt", "src", "lib/*", "!lib/a", "# a comment", "", "**/x-?", "!**/c.txt", "[a-c]", "/Z", "./b", "src/../a", "*/*.c", "!src/main.c", ".hidden"];
        for (int i = chance.Between(1, 4); i > 0; i--)
            text.Append(chance.In100(70) || _paths.Count == 0 ? chance.Pick(patterns) : chance.Pick([.. Paths])).Append('\n');
        return text.ToString();
    }

    private static string Join(string directory, string name) => directory.Length == 0 ? name : $"{directory}/{name}";

    private static UnixFileMode ParseMode(string octal) => (UnixFileMode)Convert.ToInt32(octal, 8);
}
