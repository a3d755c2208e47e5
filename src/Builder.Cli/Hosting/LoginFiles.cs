using Builder.Registry.Authentication;

namespace Builder.Cli.Hosting;

/// <summary>Where docker's and containers' tools keep logins.</summary>
internal static class LoginFiles
{
    /// <summary>The logins of all files there are; docker's come first.</summary>
    /// <exception cref="CommandException">A file is malformed.</exception>
    public static CredentialStore Load(HostEnvironment environment)
    {
        try
        {
            return new CredentialStore([.. Paths(environment).Select(DockerCredentials.Load)]);
        }
        catch (FormatException e)
        {
            throw new CommandException(e.Message, inner: e);
        }
    }

    /// <summary>The file that <c>login</c> writes to.</summary>
    /// <exception cref="CommandException">There is no home directory.</exception>
    public static string Own(HostEnvironment environment) =>
        DockerConfig(environment) ?? throw new CommandException("logins can't be kept: neither DOCKER_CONFIG nor HOME is set");

    private static IEnumerable<string> Paths(HostEnvironment environment)
    {
        if (DockerConfig(environment) is { } docker) yield return docker;
        if (environment.Variable("REGISTRY_AUTH_FILE") is { } named) yield return environment.FullPath(named);
        if (environment.Variable("XDG_RUNTIME_DIR") is { } runtime) yield return Path.Combine(environment.FullPath(runtime), "containers", "auth.json");
        string? configuration = environment.Variable("XDG_CONFIG_HOME") ?? (environment.Variable("HOME") is { } home ? Path.Combine(home, ".config") : null);
        if (configuration is not null) yield return Path.Combine(environment.FullPath(configuration), "containers", "auth.json");
    }

    private static string? DockerConfig(HostEnvironment environment)
    {
        string? directory = environment.Variable("DOCKER_CONFIG") ?? (environment.Variable("HOME") is { } home ? Path.Combine(home, ".docker") : null);
        return directory is null ? null : Path.Combine(environment.FullPath(directory), "config.json");
    }
}
