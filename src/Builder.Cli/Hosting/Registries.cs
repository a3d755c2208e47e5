using Builder.Oci.Images;
using Builder.Registry;
using Builder.Registry.Authentication;

namespace Builder.Cli.Hosting;

/// <summary>Makes the client for registries, with the logins that docker's own commands keep.</summary>
internal static class Registries
{
    /// <summary>The client, made when it is first needed.</summary>
    public static Lazy<IImageSource> Create(HostEnvironment environment, TimeProvider time) => new(() =>
        new RegistryClient(new RegistryOptions { Credentials = Logins(environment), TimeProvider = time }));

    private static DockerCredentials Logins(HostEnvironment environment)
    {
        string? directory = environment.Variable("DOCKER_CONFIG")
            ?? (environment.Variable("HOME") is { } home ? Path.Combine(home, ".docker") : null);
        if (directory is null) return DockerCredentials.None;
        try
        {
            return DockerCredentials.Load(environment.FullPath(Path.Combine(directory, "config.json")));
        }
        catch (FormatException e)
        {
            throw new CommandException(e.Message, inner: e);
        }
    }
}
