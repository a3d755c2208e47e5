namespace Builder.Registry.Configuration;

/// <summary>Finds and reads the files that say where registries are; docs/registries.md names them all.</summary>
public static class RegistryFiles
{
    private const int MaxFileSize = 1 << 20;

    /// <summary>What all files say together.</summary>
    /// <param name="variable">Environment variables that hold a path: the absolute path, or null.</param>
    /// <exception cref="FormatException">A file is malformed; the message says where.</exception>
    public static RegistryHosts Load(Func<string, string?> variable)
    {
        string? home = variable("HOME");
        string? own = variable("XDG_CONFIG_HOME") ?? (home is null ? null : Path.Combine(home, ".config"));
        RegistryHosts hosts = RegistryHosts.Default with { CertificateDirectories = [.. CertificateDirectories(own, home)] };
        foreach (string path in Configurations(variable, own)) hosts = RegistriesConf.AddTo(hosts, File.ReadAllText(Checked(path)), path);
        foreach (string path in DaemonFiles(own, home).Where(File.Exists)) hosts = DaemonConfig.AddTo(hosts, File.ReadAllBytes(Checked(path)), path);
        return hosts;
    }

    // One main file, the first there is; then the pieces of all directories, the user's last so that they count.
    private static IEnumerable<string> Configurations(Func<string, string?> variable, string? own)
    {
        if ((variable("BUILDER_REGISTRIES_CONF") ?? variable("CONTAINERS_REGISTRIES_CONF")) is { } named)
        {
            yield return File.Exists(named) ? named : throw new FormatException($"there is no file '{named}', which should say where registries are");
            yield break;
        }

        string[] mains = own is null ? [] : [Path.Combine(own, "builder", "registries.conf"), Path.Combine(own, "containers", "registries.conf")];
        if (mains.Append("/etc/containers/registries.conf").FirstOrDefault(File.Exists) is { } main) yield return main;
        string[] directories = own is null ? ["/etc/containers/registries.conf.d"] : ["/etc/containers/registries.conf.d", Path.Combine(own, "containers", "registries.conf.d")];
        foreach (string piece in directories.Where(Directory.Exists).SelectMany(d => Directory.EnumerateFiles(d, "*.conf").Order(StringComparer.Ordinal))) yield return piece;
    }

    private static IEnumerable<string> DaemonFiles(string? own, string? home)
    {
        if (own is not null) yield return Path.Combine(own, "docker", "daemon.json");
        else if (home is not null) yield return Path.Combine(home, ".config", "docker", "daemon.json");
        yield return "/etc/docker/daemon.json";
    }

    private static IEnumerable<string> CertificateDirectories(string? own, string? home)
    {
        if (own is not null)
        {
            yield return Path.Combine(own, "containers", "certs.d");
            yield return Path.Combine(own, "docker", "certs.d");
        }

        if (home is not null) yield return Path.Combine(home, ".docker", "certs.d");
        yield return "/etc/containers/certs.d";
        yield return "/etc/docker/certs.d";
    }

    private static string Checked(string path) =>
        new FileInfo(path).Length <= MaxFileSize ? path : throw new FormatException($"'{path}' is larger than {MaxFileSize} bytes");
}
