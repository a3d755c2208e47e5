using Builder.Cli.CommandLine;
using Builder.Cli.Hosting;
using Builder.Executor.Steps;
using Builder.Linux.Files;

namespace Builder.Cli.Builds;

/// <summary>Reads <c>--ssh</c>.</summary>
internal static class SshParser
{
    private const string AgentVariable = "SSH_AUTH_SOCK";

    /// <summary>Id and source of an agent.</summary>
    /// <exception cref="CommandException">Malformed, or what it names isn't there.</exception>
    public static KeyValuePair<string, SshSource> Parse(string text, HostEnvironment environment)
    {
        (string id, string? paths) = KeyValues.Split(text);
        if (id.Length == 0) throw Wrong(text, "the id is missing", "write default, or ID=SOCKET, or ID=KEY");
        if (string.IsNullOrEmpty(paths))
        {
            paths = environment.Variable(AgentVariable)
                ?? throw Wrong(text, $"no agent runs: {AgentVariable} is not set", $"start one (eval \"$(ssh-agent)\"), or name a socket or a key: --ssh {id}=FILE");
        }

        List<string> files = [.. paths.Split(',').Select(p => Existing(text, p, environment))];
        int sockets = files.Count(IsSocket);
        if (sockets == 0) return KeyValuePair.Create<string, SshSource>(id, new SshKeyFiles([.. files]));
        if (files.Count > 1) throw Wrong(text, sockets > 1 ? "only one socket can be given" : "a socket and keys can't be mixed");
        return KeyValuePair.Create<string, SshSource>(id, new SshAgentSocket(files[0]));
    }

    private static string Existing(string text, string name, HostEnvironment environment)
    {
        if (name.Length == 0) throw Wrong(text, "a file name is empty");
        string path = environment.FullPath(name);
        if (Directory.Exists(path)) throw Wrong(text, $"{path} is a directory", "name a socket or a private key");
        return File.Exists(path) ? path : throw Wrong(text, $"there is no file {path}", "name a socket or a private key");
    }

    private static bool IsSocket(string path)
    {
        using DirectoryHandle directory = DirectoryHandle.Open(Path.GetDirectoryName(path) ?? "/");
        byte[] name = UnixPath.Encode(Path.GetFileName(path));
        return directory.TryStatBeneath(name, followLast: true, out FileStatus status) ? status.Type == FileType.Socket : IsSocketBehindLink(path);
    }

    // A link that leads out of the directory.
    private static bool IsSocketBehindLink(string path) => File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target && IsSocket(target.FullName);

    private static CommandException Wrong(string text, string reason, string? hint = null) => CommandException.Usage($"invalid --ssh \"{text}\": {reason}", hint);
}
