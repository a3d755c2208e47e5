namespace Builder.EndToEnd.Tests.Harness;

/// <summary>A repository made for a test.</summary>
internal sealed class GitRepository(string directory)
{
    private static readonly Dictionary<string, string?> Author = new()
    {
        ["GIT_AUTHOR_NAME"] = "a",
        ["GIT_AUTHOR_EMAIL"] = "a@example.com",
        ["GIT_COMMITTER_NAME"] = "a",
        ["GIT_COMMITTER_EMAIL"] = "a@example.com",
        ["GIT_CONFIG_GLOBAL"] = "/dev/null",
        ["GIT_CONFIG_NOSYSTEM"] = "1",
    };

    public static async Task<GitRepository> CreateAsync(string directory)
    {
        var repository = new GitRepository(directory);
        Directory.CreateDirectory(directory);
        await repository.RunAsync("init", "-q", "-b", "main");
        return repository;
    }

    public async Task<string> RunAsync(params string[] arguments) =>
        (await new Command("git", ["-c", "protocol.file.allow=always", .. arguments]) { Directory = directory, Environment = Author }.RunAsync()).Succeeded().Output.Trim();

    /// <summary>Commits a file, and everything else that is new.</summary>
    /// <returns>The commit.</returns>
    public async Task<string> CommitAsync(string file, string content)
    {
        string path = Path.Combine(directory, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, content);
        await RunAsync("add", "-A");
        await RunAsync("commit", "-q", "-m", file);
        return await RunAsync("rev-parse", "HEAD");
    }

    /// <summary>Makes a bare copy that plain file servers can serve too.</summary>
    public async Task PublishAsync(string bare)
    {
        await RunAsync("clone", "-q", "--bare", ".", bare);
        var copy = new GitRepository(bare);
        await copy.RunAsync("repack", "-adq");
        await copy.RunAsync("update-server-info");
    }
}
