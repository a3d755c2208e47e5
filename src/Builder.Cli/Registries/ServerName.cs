using Builder.Oci;

namespace Builder.Cli.Registries;

/// <summary>Reads the name of a registry as people type it.</summary>
internal static class ServerName
{
    /// <summary>The registry that needs no name.</summary>
    public const string DockerHub = "docker.io";


    /// <summary>Host and perhaps port, as image names spell it.</summary>
    /// <exception cref="CommandException">No such name.</exception>
    public static string Parse(string? typed)
    {
        if (string.IsNullOrEmpty(typed)) return DockerHub;
        int scheme = typed.IndexOf("://", StringComparison.Ordinal);
        string rest = scheme < 0 ? typed : typed[(scheme + 3)..];
        string host = rest.Split('/')[0];
        if (host is DockerHub or "index.docker.io" or "registry-1.docker.io") return DockerHub;
        if (!ImageReference.TryParse(host + "/x", out ImageReference? reference) || !string.Equals(reference.Domain, host, StringComparison.Ordinal))
        {
            // A single word would be read as the first part of a path.
            if (host.Length == 0 || !host.All(c => char.IsAsciiLetterOrDigit(c) || c is '-')) throw new CommandException($"'{typed}' is not the name of a registry");
        }

        return host;
    }
}
