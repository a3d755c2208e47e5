using Builder.Oci.Images;
using Builder.Registry;
using Builder.Registry.Configuration;

namespace Builder.Cli.Hosting;

/// <summary>Makes the client for registries, with the logins and settings that docker's and containers' tools keep.</summary>
internal static class RegistrySetup
{
    /// <summary>The client, made when it is first needed.</summary>
    public static Lazy<IImageRegistry> Create(HostEnvironment environment, TimeProvider time) => new(() => new RegistryClient(Options(environment, time)));

    /// <summary>What the client works with.</summary>
    /// <exception cref="CommandException">A file is malformed.</exception>
    public static RegistryOptions Options(HostEnvironment environment, TimeProvider time)
    {
        try
        {
            return new RegistryOptions
            {
                Credentials = LoginFiles.Load(environment),
                Hosts = RegistryFiles.Load(name => environment.Variable(name) is { } value ? environment.FullPath(value) : null),
                TimeProvider = time,
            };
        }
        catch (FormatException e)
        {
            throw new CommandException(e.Message, inner: e);
        }
    }
}
