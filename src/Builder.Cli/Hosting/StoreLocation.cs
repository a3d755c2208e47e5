namespace Builder.Cli.Hosting;

/// <summary>Where the store is: <c>--root</c>, else BUILDER_ROOT, else below the user's data directory.</summary>
internal static class StoreLocation
{
    private const string DirectoryName = "builder";

    /// <summary>The absolute path of the store.</summary>
    /// <exception cref="CommandException">Nothing says where the user's files are.</exception>
    public static string Resolve(string? option, HostEnvironment environment)
    {
        if (!string.IsNullOrEmpty(option)) return environment.FullPath(option);
        if (environment.Variable("BUILDER_ROOT") is { } root) return environment.FullPath(root);
        // The base directory specification says to ignore relative values.
        if (environment.Variable("XDG_DATA_HOME") is { } data && Path.IsPathRooted(data)) return Path.Combine(data, DirectoryName);
        if (environment.Variable("HOME") is { } home && Path.IsPathRooted(home)) return Path.Combine(home, ".local", "share", DirectoryName);
        throw new CommandException(
            "no place for images is known: HOME is not set", ExitCode.Refused, "set HOME, or name a directory with --root or BUILDER_ROOT");
    }
}
