using System.Text;
using Builder.Executor.Steps;
using Builder.Linux.Processes;

namespace Builder.Executor.Sources;

/// <summary>
/// Runs the system's git: an argument vector, never a command line; none of the user's or the system's configuration, no hooks, no prompts, and
/// no way to the network or the disk but the four transports.
/// </summary>
internal sealed class GitProcess(SourceSettings settings, GitKeys keys)
{
    private const int MaxOutput = 16 << 20;
    private const int KeptError = 16 << 10;
    private const int ProgramNotFound = 127;

    private static readonly string[] Passed =
    [
        "PATH", "HOME", "SSL_CERT_FILE", "SSL_CERT_DIR",
        "http_proxy", "https_proxy", "no_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY",
    ];

    private static readonly string[] Configuration =
    [
        "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.symlinks=true", "core.attributesFile=/dev/null", "credential.helper=", "gc.auto=0",
        "maintenance.auto=false", "protocol.version=2", "advice.detachedHead=false", "init.defaultBranch=main", "http.lowSpeedLimit=1",
    ];

    /// <summary>Runs a command to its end.</summary>
    /// <param name="directory">Where.</param>
    /// <param name="remote">The repository it talks to, for credentials; or null.</param>
    /// <param name="arguments">The command and its arguments.</param>
    /// <param name="cancellationToken">Kills it with all it started.</param>
    /// <exception cref="SourceException">It can't be started, or says or takes too much.</exception>
    public async Task<GitOutput> RunAsync(string directory, string? remote, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(settings.TotalTimeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        using GitKeyLease lease = await keys.LendAsync(TalksOverSsh(remote, arguments[0]), either.Token);
        using SystemTool tool = Start(directory, Variables(remote).Concat(lease.Variables), arguments);
        using CancellationTokenRegistration stop = either.Token.Register(tool.Kill);
        Task<string> error = ReadTailAsync(tool.Error.BaseStream);
        string output = await ReadAsync(tool.Output.BaseStream);
        string said = await error;
        ProcessEnd end = await tool.WaitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        if (limit.IsCancellationRequested) throw new SourceException($"git {arguments[0]} took longer than {settings.TotalTimeout.TotalMinutes:0.#} minutes");
        return end.ExitCode == ProgramNotFound
            ? throw new SourceException($"git can't be started: {said.Trim()}", "install git (Debian package git)")
            : new GitOutput(end.ExitCode, output, said);
    }

    // A submodule may be anywhere.
    private static bool TalksOverSsh(string? remote, string command) => command switch
    {
        "submodule" => true,
        "ls-remote" or "fetch" => remote is not null && (remote.StartsWith("ssh://", StringComparison.Ordinal) || !remote.Contains("://", StringComparison.Ordinal)),
        _ => false,
    };

    private SystemTool Start(string directory, IEnumerable<KeyValuePair<string, string>> variables, IReadOnlyList<string> arguments)
    {
        string[] settled = [.. Configuration, $"http.lowSpeedTime={Math.Max(1, (int)settings.IdleTimeout.TotalSeconds)}"];
        return SystemTool.StartGroup(directory, [.. variables.Select(v => $"{v.Key}={v.Value}")], ["git", .. settled.SelectMany(s => (string[])["-c", s]), .. arguments]);
    }

    private IEnumerable<KeyValuePair<string, string>> Variables(string? remote)
    {
        foreach (string name in Passed)
        {
            if (settings.Environment.TryGetValue(name, out string? value)) yield return new(name, value);
        }

        yield return new("LC_ALL", "C");
        yield return new("GIT_CONFIG_NOSYSTEM", "1");
        yield return new("GIT_CONFIG_GLOBAL", "/dev/null");
        yield return new("GIT_ATTR_NOSYSTEM", "1");
        yield return new("GIT_TERMINAL_PROMPT", "0");
        yield return new("GIT_ASKPASS", "/bin/false");
        yield return new("GIT_ALLOW_PROTOCOL", "http:https:git:ssh");
        yield return new("GIT_CEILING_DIRECTORIES", "/");
        yield return new("GIT_LFS_SKIP_SMUDGE", "1");
        if (remote is null || SourceCredentials.ForGit(settings, remote) is not { } header) yield break;

        // Not on the command line, which everybody on the machine can read.
        yield return new("GIT_CONFIG_COUNT", "1");
        yield return new("GIT_CONFIG_KEY_0", $"http.{new Uri(remote).GetLeftPart(UriPartial.Authority)}/.extraHeader");
        yield return new("GIT_CONFIG_VALUE_0", "Authorization: " + header);
    }

    private static async Task<string> ReadAsync(Stream stream)
    {
        using var content = new MemoryStream();
        byte[] buffer = new byte[16 << 10];
        for (int read; (read = await stream.ReadAsync(buffer)) > 0;)
        {
            if (content.Length + read > MaxOutput) throw new SourceException($"git says more than {MaxOutput >> 20} MiB");
            content.Write(buffer, 0, read);
        }

        return Encoding.UTF8.GetString(content.GetBuffer(), 0, (int)content.Length);
    }

    private static async Task<string> ReadTailAsync(Stream stream)
    {
        byte[] tail = new byte[2 * KeptError];
        int length = 0;
        for (int read; (read = await stream.ReadAsync(tail.AsMemory(length))) > 0;)
        {
            length += read;
            if (length < tail.Length) continue;
            tail.AsSpan(KeptError).CopyTo(tail);
            length = KeptError;
        }

        return Encoding.UTF8.GetString(tail, 0, length);
    }
}
