namespace Builder.Graph.Sources;

/// <summary>The query of a git URL: <c>?tag=v1&amp;subdir=src</c>.</summary>
internal static class GitQuery
{
    private const string Branches = "refs/heads/";
    private const string Tags = "refs/tags/";

    /// <summary>What the fragment said, completed by the query.</summary>
    /// <param name="git">From the fragment.</param>
    /// <param name="query">Without its question mark.</param>
    /// <exception cref="FormatException">An unknown or doubled key, or two that contradict each other.</exception>
    public static GitLocation Apply(GitLocation git, string query)
    {
        Dictionary<string, string> values = Read(query);
        if (values.TryGetValue("commit", out string? commit) && values.TryGetValue("checksum", out string? checksum) && commit != checksum)
            throw Clash("commit", commit, checksum);
        git = git with
        {
            Ref = Agree("ref", git.Ref, values.GetValueOrDefault("ref")),
            Subdirectory = Agree("subdir", git.Subdirectory, values.GetValueOrDefault("subdir")),
            Checksum = commit ?? values.GetValueOrDefault("checksum"),
            KeepGitDirectory = Truth(values, "keep-git-dir"),
            Submodules = Truth(values, "submodules"),
            CommitTimes = values.GetValueOrDefault("mtime") switch
            {
                null => (bool?)null,
                "checkout" => false,
                "commit" => true,
                { } other => throw new FormatException($"mtime is checkout or commit, not '{other}'"),
            },
        };
        if (values.TryGetValue("tag", out string? tag)) git = git with { Ref = Agree("ref", git.Ref, Full(Tags, tag)) };
        if (values.TryGetValue("branch", out string? branch))
        {
            if (tag is not null) throw new FormatException("it names a branch and a tag");
            git = git with { Ref = Agree("ref", git.Ref, Full(Branches, branch)) };
        }

        bool byCommit = Truth(values, "fetch-by-commit") ?? false;
        if (byCommit && !GitLocation.IsCommit(git.Checksum)) throw new FormatException("fetch-by-commit needs commit=<the whole hash>");
        return git with { Ref = byCommit ? git.Checksum : git.Ref ?? git.Checksum };
    }

    private static Dictionary<string, string> Read(string query)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            string key = Decode(equals < 0 ? pair : pair[..equals]);
            string value = equals < 0 ? "" : Decode(pair[(equals + 1)..]);
            if (key is not ("ref" or "tag" or "branch" or "subdir" or "checksum" or "commit" or "keep-git-dir" or "submodules" or "fetch-by-commit" or "mtime"))
                throw new FormatException($"unknown key '{key}'; known are ref, tag, branch, subdir, commit, checksum, keep-git-dir, submodules, fetch-by-commit and mtime");
            if (value.Length == 0 && key is not ("keep-git-dir" or "submodules" or "fetch-by-commit")) throw new FormatException($"the key '{key}' has no value");
            if (!values.TryAdd(key, value)) throw new FormatException($"the key '{key}' is there twice");
        }

        return values;
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    private static string Full(string prefix, string name) => name.StartsWith(prefix, StringComparison.Ordinal) ? name : prefix + name;

    private static string? Agree(string key, string? first, string? second) =>
        string.IsNullOrEmpty(first) || second is null || first == second ? second ?? first : throw Clash(key, first, second);

    private static FormatException Clash(string key, string first, string second) => new($"it gives two values for {key}: '{first}' and '{second}'");

    private static bool? Truth(Dictionary<string, string> values, string key) => values.GetValueOrDefault(key) switch
    {
        null => null,
        "" or "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        { } other => throw new FormatException($"{key} is true or false, not '{other}'"),
    };
}
