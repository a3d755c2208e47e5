using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Builder.Executor.Sources;

/// <summary>
/// Runs the system's git: an argument vector, never a shell; none of the user's or the system's configuration, no hooks, no prompts, and
/// no way to the network or the disk but the four transports.
/// </summary>
internal sealed class GitProcess(SourceSettings settings)
{
    private const int MaxOutput = 16 << 20;
    private const int KeptError = 16 << 10;

    private static readonly string[] Passed =
    [
        "PATH", "HOME", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR",
        "http_proxy", "https_proxy", "no_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY",
    ];

    // The text is ours; what comes from a URL git appends as arguments. In a user namespace ssh takes /root for the home, whatever HOME says.
    private const string Ssh = "ssh -oBatchMode=yes -oUserKnownHostsFile=\"$HOME/.ssh/known_hosts\""
        + " -oIdentityFile=\"$HOME/.ssh/id_ed25519\" -oIdentityFile=\"$HOME/.ssh/id_ecdsa\" -oIdentityFile=\"$HOME/.ssh/id_rsa\"";

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
        using Process process = Start(directory, remote, arguments);
        try
        {
            process.StandardInput.Close();
            Task<string> error = ReadTailAsync(process.StandardError.BaseStream, either.Token);
            string output = await ReadAsync(process.StandardOutput.BaseStream, either.Token);
            string said = await error;
            await process.WaitForExitAsync(either.Token);
            return new GitOutput(process.ExitCode, output, said);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SourceException($"git {arguments[0]} took longer than {settings.TotalTimeout.TotalMinutes:0.#} minutes", inner: e);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private Process Start(string directory, string? remote, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("git")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
        };
        foreach (string setting in (string[])[.. Configuration, $"http.lowSpeedTime={Math.Max(1, (int)settings.IdleTimeout.TotalSeconds)}"])
        {
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add(setting);
        }

        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach ((string name, string value) in Variables(remote)) start.Environment[name] = value;
        try
        {
            return Process.Start(start)!; // null only when another process is reused, which needs the shell
        }
        catch (Win32Exception e)
        {
            throw new SourceException($"git can't be started: {e.Message}", "install git (Debian package git)", e);
        }
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
        yield return new("GIT_SSH_COMMAND", Ssh);
        yield return new("GIT_LFS_SKIP_SMUDGE", "1");
        if (remote is null || SourceCredentials.ForGit(settings, remote) is not { } header) yield break;

        // Not on the command line, which everybody on the machine can read.
        yield return new("GIT_CONFIG_COUNT", "1");
        yield return new("GIT_CONFIG_KEY_0", $"http.{new Uri(remote).GetLeftPart(UriPartial.Authority)}/.extraHeader");
        yield return new("GIT_CONFIG_VALUE_0", "Authorization: " + header);
    }

    private static async Task<string> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        byte[] buffer = new byte[16 << 10];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (content.Length + read > MaxOutput) throw new SourceException($"git says more than {MaxOutput >> 20} MiB");
            content.Write(buffer, 0, read);
        }

        return Encoding.UTF8.GetString(content.GetBuffer(), 0, (int)content.Length);
    }

    private static async Task<string> ReadTailAsync(Stream stream, CancellationToken cancellationToken)
    {
        byte[] tail = new byte[2 * KeptError];
        int length = 0;
        for (int read; (read = await stream.ReadAsync(tail.AsMemory(length), cancellationToken)) > 0;)
        {
            length += read;
            if (length < tail.Length) continue;
            tail.AsSpan(KeptError).CopyTo(tail);
            length = KeptError;
        }

        return Encoding.UTF8.GetString(tail, 0, length);
    }
}
