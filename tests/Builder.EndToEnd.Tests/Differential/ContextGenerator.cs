using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Builder.EndToEnd.Tests.Differential;

/// <summary>
/// A random context: files of many modes, directories, links of every kind, archives, and sometimes a .dockerignore. What a name is, directory or not, its
/// spelling decides: so no copy ever puts the one where the other is.
/// </summary>
/// <param name="chance">Where the choices come from.</param>
/// <param name="hasSpecialBits">Whether modes may have setuid, setgid and sticky bits.</param>
internal sealed class ContextGenerator(Chance chance, bool hasSpecialBits)
{
    /// <summary>A file that every context has and no ignore file hides.</summary>
    public const string KeptFile = "README.md";

    /// <summary>A directory that every context has and no ignore file hides, though perhaps what is in it.</summary>
    public const string KeptDirectory = "data";

    private static readonly string[] FileNames = ["a", "b", "c.txt", "d.log", "e.txt", ".hidden", "x-1", "main.c", "Z", "ü.txt", "two words.txt"];
    private static readonly string[] DirectoryNames = ["src", "libs", "sub dir", ".conf.d", "pkg-1", "tests"];
    private static readonly string[] FileModes = ["644", "644", "755", "600", "444", "777", "0"];
    private static readonly string[] DirectoryModes = ["755", "755", "700", "750", "555"];
    private static readonly string[] SpecialFileModes = ["644", "4755", "2755", "1644", "6711"];
    private static readonly string[] SpecialDirectoryModes = ["755", "1777", "2775", "3770"];

    private readonly List<string> _directories = [""];
    private readonly SortedDictionary<string, bool> _isDirectory = new(StringComparer.Ordinal);
    private readonly List<string> _archives = [];
    private readonly List<ContextFile> _files = [];
    private readonly StringBuilder _script = new();
    private readonly StringBuilder _modes = new();

    /// <summary>Paths that are in the context whatever the ignore file says.</summary>
    public IReadOnlyList<string> Files => HasIgnores ? [KeptFile] : [.. _isDirectory.Where(p => !p.Value).Select(p => p.Key)];

    /// <summary>Directories, and links to directories, that are in the context whatever the ignore file says.</summary>
    public IReadOnlyList<string> Directories => HasIgnores ? [KeptDirectory] : [.. _isDirectory.Where(p => p.Value).Select(p => p.Key)];

    /// <summary>Archives at the top of the context, never ignored.</summary>
    public IReadOnlyList<string> Archives => _archives;

    public bool HasHardLinks { get; private set; }

    public bool HasIgnores { get; private set; }

    public ImmutableArray<ContextFile> Entries => [.. _files];

    public string Script => _script.ToString();

    /// <summary>Patterns for COPY that either match what can be copied or nothing at all.</summary>
    public IReadOnlyList<string> Patterns =>
    [
        "*", "*.txt", "[a-c]*", "?", "s*", "s*/*", ".h*", "*.nothing", "[^a]", "d*/*.txt", "R*", "*.m[d-e]", "?*-1", "\\R*",
        .. HasIgnores ? Array.Empty<string>() : ["data/*", "l?", "l*"],
    ];

    public void Generate()
    {
        HasIgnores = chance.In100(25);
        AddFile(KeptFile);
        AddDirectory(KeptDirectory);
        for (int i = chance.Between(3, 12); i > 0; i--)
            AddEntry();
        if (chance.In100(40))
            AddOddLinks();
        if (!HasIgnores)
            AddLinks();
        while (chance.In100(35))
            AddArchive();
        // Last: nothing could be made below a directory that may not be written, were it not root who makes it.
        _script.Append(_modes);
        if (HasIgnores)
            _files.Add(new ContextFile(".dockerignore", IgnoreGenerator.Generate(chance), ParseMode("644")));
    }

    private void AddEntry()
    {
        string directory = chance.Pick(_directories);
        bool isDirectory = chance.In100(30);
        string path = Join(directory, chance.Pick(isDirectory ? DirectoryNames : FileNames));
        if (_isDirectory.ContainsKey(path))
            return;
        if (isDirectory)
            AddDirectory(path);
        else if (chance.In100(12))
            AddHardLink(path);
        else
            AddFile(path);
    }

    private void AddFile(string path)
    {
        _isDirectory[path] = false;
        string content = chance.In100(10) ? "" : string.Create(CultureInfo.InvariantCulture, $"content {_files.Count} of {path}\n");
        _files.Add(new ContextFile(path, content, ParseMode(chance.Pick(hasSpecialBits ? SpecialFileModes : FileModes))));
    }

    private void AddDirectory(string path)
    {
        _isDirectory[path] = true;
        _directories.Add(path);
        _script.Append(CultureInfo.InvariantCulture, $"mkdir -p '{path}'\n");
        _modes.Append(CultureInfo.InvariantCulture, $"chmod {chance.Pick(hasSpecialBits ? SpecialDirectoryModes : DirectoryModes)} '{path}'\n");
    }

    private void AddHardLink(string path)
    {
        _isDirectory[path] = false;
        HasHardLinks = true;
        _script.Append(CultureInfo.InvariantCulture, $"ln '{chance.Pick(_files).Path}' '{path}'\n");
    }

    /// <summary>Links that lead to something, for a copy to follow.</summary>
    private void AddLinks()
    {
        foreach (string name in new[] { "l1", "l2", "libs/l3", "src/l4" })
        {
            string parent = Path.GetDirectoryName(name)!;
            if (!chance.In100(30) || !_directories.Contains(parent))
                continue;
            bool isDirectory = chance.In100(40);
            string target = chance.Pick([.. _isDirectory.Where(p => p.Value == isDirectory).Select(p => p.Key)]);
            string text = chance.In100(25) ? "/" + target : parent.Length == 0 ? target : "../" + target;
            _script.Append(CultureInfo.InvariantCulture, $"ln -s '{text}' '{name}'\n");
            _isDirectory[name] = isDirectory;
        }
    }

    /// <summary>Links that lead nowhere, out of the context, or in circles, in a directory of their own: nothing names them, so they are kept as links.</summary>
    private void AddOddLinks()
    {
        AddDirectory("odd");
        _directories.Remove("odd");
        foreach (string target in new[] { "nowhere", "/etc/passwd", "../../../../etc/group", ".", "..", "self", "../data", "/" })
        {
            if (chance.In100(40))
                _script.Append(CultureInfo.InvariantCulture, $"ln -sfn '{target}' 'odd/k{target.Length}'\n");
        }

        _script.Append("ln -sfn self odd/self\n");
    }

    private void AddArchive()
    {
        (string option, string suffix) = chance.Pick(("", ".tar"), ("z", ".tgz"), ("j", ".tbz"), ("J", ".txz"), ("", ".dat"));
        string name = string.Create(CultureInfo.InvariantCulture, $"pack{_archives.Count}{suffix}");
        string directory = "../" + Beside(name);
        string[] steps =
        [
            $"mkdir -p {directory}/src/libs {directory}/tests",
            $"echo packed > {directory}/src/a; echo other > {directory}/c.txt; chmod {chance.Pick("600", "755", hasSpecialBits ? "4711" : "640")} {directory}/src/a",
            chance.Pick($"ln {directory}/src/a {directory}/tests/b", $"ln -s ../src/a {directory}/tests/b", $"ln -s /nowhere {directory}/src/libs/x-1", $"chmod {chance.Pick("700", "750")} {directory}/src"),
            $"tar --owner={chance.Pick("0", "123", "1000")} --group={chance.Pick("0", "456")} --numeric-owner --mtime=@1000000000 --sort=name -C {directory} -c{option}f {name} {chance.Pick(".", "src c.txt tests")}",
            $"rm -rf {directory}",
        ];
        _script.AppendJoin('\n', steps).Append('\n');
        _archives.Add(name);
    }

    /// <summary>A directory beside the context that no other case uses.</summary>
    private static string Beside(string name) => $"$(basename \"$PWD\").{name}.d";

    private static string Join(string directory, string name) => directory.Length == 0 ? name : $"{directory}/{name}";

    private static UnixFileMode ParseMode(string octal) => (UnixFileMode)Convert.ToInt32(octal, 8);
}
