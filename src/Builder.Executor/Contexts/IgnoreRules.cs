using System.Text;
using Builder.Linux.Files;

namespace Builder.Executor.Contexts;

/// <summary>
/// The rules of a <c>.dockerignore</c>, or of <c>--exclude</c>: the last rule that matches a path or a directory above it decides, and
/// <c>!</c> takes back.
/// </summary>
internal sealed class IgnoreRules
{
    internal const int MaxFileSize = 10 << 20;
    private const int MaxRules = 1 << 16;
    private const int MaxPatternLength = 1 << 16;

    private readonly IgnoreRule[] _rules;

    private IgnoreRules(string fileName, IEnumerable<IgnoreRule> rules) => (FileName, _rules) = (fileName, [.. rules]);

    /// <summary>Rules that exclude nothing.</summary>
    public static IgnoreRules None { get; } = new("", []);

    /// <summary>For messages.</summary>
    public string FileName { get; }

    public bool IsEmpty => _rules.Length == 0;

    /// <summary>Whether a rule takes something back.</summary>
    public bool HasExceptions => _rules.Any(rule => rule.Negated);

    /// <summary>Whether a rule leaves nothing of the whole tree.</summary>
    public bool ExcludesEverything => _rules.Any(rule => rule is { Negated: false, Text: "*" or "**" or "**/*" });

    /// <summary>What holds at the root of a tree, to begin a walk with.</summary>
    public IgnoreState Start => new(new bool[_rules.Length], Excluded: false, LastMatch: -1);

    /// <summary>Reads an ignore file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="directory">The context's: a file in it must not lead out of it.</param>
    /// <param name="shown">Its name in messages.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="OperationException">Unreadable, too long, or a line is malformed.</exception>
    public static async Task<IgnoreRules> LoadAsync(string path, string directory, string shown, CancellationToken cancellationToken)
    {
        try
        {
            await using FileStream file = RegularFile.OpenRead(path, directory);
            if (file.Length > MaxFileSize) throw new OperationException($"the ignore file {shown} is longer than {MaxFileSize >> 20} MiB");
            using var reader = new StreamReader(file, Encoding.UTF8);
            return Parse(await reader.ReadToEndAsync(cancellationToken), shown);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OperationException($"can't read the ignore file {shown}: {e.Message}", inner: e);
        }
    }

    /// <summary>Reads the text of an ignore file.</summary>
    /// <exception cref="OperationException">A line is malformed.</exception>
    public static IgnoreRules Parse(string text, string fileName)
    {
        var rules = new List<IgnoreRule>();
        int number = 0;
        foreach (ReadOnlySpan<char> line in text.AsSpan().TrimStart('\uFEFF').EnumerateLines())
        {
            number++;
            if (line.StartsWith('#')) continue;
            string trimmed = line.Trim().ToString();
            if (trimmed.Length == 0) continue;
            if (trimmed.Length > MaxPatternLength) throw new OperationException($"{fileName}:{number}: a pattern has more than {MaxPatternLength} characters");
            if (rules.Count == MaxRules) throw new OperationException($"{fileName}:{number}: there are more than {MaxRules} patterns");
            rules.Add(Compile(trimmed, number, fileName));
        }

        return new IgnoreRules(fileName, rules);
    }

    /// <summary>Compiles the values of <c>--exclude</c>.</summary>
    /// <exception cref="OperationException">One is malformed.</exception>
    public static IgnoreRules FromPatterns(IEnumerable<string> patterns) =>
        new("--exclude", patterns.Select(p => p.Trim()).Where(p => p.Length > 0).Select((p, i) => Compile(p, i + 1, "--exclude")));

    /// <summary>Whether a path is excluded; the root never is.</summary>
    public bool Excludes(TreePath path) => StateOf(path).Excluded;

    /// <summary>The rule that excludes a path, or null.</summary>
    public IgnoreRule? ExcludingRule(TreePath path)
    {
        IgnoreState state = StateOf(path);
        return state.Excluded ? _rules[state.LastMatch] : null;
    }

    /// <summary>What holds at an entry, given what holds at the directory it is in.</summary>
    public IgnoreState Enter(IgnoreState directory, TreePath path)
    {
        if (_rules.Length == 0) return directory;
        string text = path.ToString();
        var matched = new bool[_rules.Length];
        bool excluded = false;
        int last = -1;
        for (int i = 0; i < _rules.Length; i++)
        {
            matched[i] = directory.Matched[i] || _rules[i].Pattern.IsMatch(text);
            if (!matched[i]) continue;
            excluded = !_rules[i].Negated;
            last = i;
        }

        return new IgnoreState(matched, excluded, last);
    }

    /// <summary>Whether a later rule may take back something below an excluded directory.</summary>
    public bool MayIncludeBelow(IgnoreState directory, TreePath path)
    {
        for (int i = directory.LastMatch + 1; i < _rules.Length; i++)
        {
            if (_rules[i].Negated && _rules[i].Pattern.CouldMatchBelow(path.ToString())) return true;
        }

        return false;
    }

    /// <summary>What holds at a path.</summary>
    public IgnoreState StateOf(TreePath path)
    {
        IgnoreState state = Start;
        TreePath at = TreePath.Root;
        foreach (byte[] name in path.Names())
        {
            at = at.Child(name);
            state = Enter(state, at);
        }

        return state;
    }

    private static IgnoreRule Compile(string text, int line, string fileName)
    {
        bool negated = text.StartsWith('!');
        string pattern = negated ? text[1..].Trim() : text;
        if (pattern.Length == 0) throw new OperationException($"{fileName}:{line}: '!' needs a pattern behind it");
        pattern = Clean(pattern);
        if (pattern.Length > 1 && pattern[0] == '/') pattern = pattern[1..];
        try
        {
            return new IgnoreRule(text, line, negated, new Glob(pattern, doubleStars: true));
        }
        catch (FormatException e)
        {
            throw new OperationException($"{fileName}:{line}: {e.Message}", inner: e);
        }
    }

    // Lexical cleaning: no doubled or trailing slashes, no ".", ".." resolved where something stands before it.
    private static string Clean(string pattern)
    {
        bool rooted = pattern.StartsWith('/');
        var names = new List<string>();
        foreach (string name in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (name == ".") continue;
            if (name != "..") names.Add(name);
            else if (names.Count > 0 && names[^1] != "..") names.RemoveAt(names.Count - 1);
            else if (!rooted) names.Add(name);
        }

        string cleaned = string.Join('/', names);
        return rooted ? "/" + cleaned : cleaned.Length == 0 ? "." : cleaned;
    }
}

/// <summary>What an <see cref="IgnoreRules"/> says about one path.</summary>
/// <param name="Matched">For each rule, whether it matches the path or a directory above.</param>
/// <param name="Excluded">The verdict.</param>
/// <param name="LastMatch">Index of the rule that decided, or -1.</param>
internal sealed record IgnoreState(bool[] Matched, bool Excluded, int LastMatch);
