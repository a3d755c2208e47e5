using System.Text;
using Builder.Oci.Collections;
using Builder.Oci.Images;
using Builder.Runtime.Containers;
using Builder.Sandbox.Plans;

namespace Builder.Runtime.Plans;

/// <summary>Puts image config and options together, as docker's <c>run</c> does. Pure.</summary>
public static class ContainerPlanner
{
    private const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private const int ShortIdLength = 12;

    /// <summary>The argv of a container.</summary>
    /// <exception cref="ContainerException">Neither says what to run.</exception>
    public static IReadOnlyList<string> Command(ContainerConfig image, ContainerOptions options)
    {
        IEnumerable<string> entrypoint = options.Entrypoint switch
        {
            null => image.Entrypoint ?? [],
            "" => [],
            var own => [own],
        };
        IEnumerable<string> arguments = options.Arguments.Count > 0 ? options.Arguments
            : options.Entrypoint is null ? image.Cmd ?? []
            : (EquatableArray<string>)[];
        string[] command = [.. entrypoint, .. arguments];
        return command.Length > 0 ? command : throw new ContainerException("no command specified: the image has neither CMD nor ENTRYPOINT");
    }

    /// <summary>The plan of a container.</summary>
    /// <param name="image">What the image says.</param>
    /// <param name="options">What the caller says.</param>
    /// <param name="id">The container's id.</param>
    /// <param name="root">Its file system.</param>
    public static SandboxPlan Plan(ContainerConfig image, ContainerOptions options, string id, RootFileSystem root)
    {
        string hostname = options.Hostname ?? id[..ShortIdLength];
        string? workingDirectory = options.WorkingDirectory ?? image.WorkingDir;
        var plan = new SandboxPlan
        {
            Root = root,
            Mounts = options.Mounts,
            Process = new SandboxProcess
            {
                Arguments = Command(image, options),
                Environment = Environment(image, options, hostname),
                WorkingDirectory = string.IsNullOrEmpty(workingDirectory) ? "/" : workingDirectory,
                User = options.User ?? image.User ?? "",
                ExtraGroups = options.ExtraGroups,
            },
            Hostname = hostname,
            Network = options.Network,
            Security = options.Security,
            GroupLimits = options.GroupLimits,
            Hosts = Hosts(hostname, options.ExtraHosts),
            ResolvConf = options.ResolvConf,
            HostnameFile = hostname + "\n",
            ReadOnlyGeneratedFiles = options.ReadOnlyRoot,
            ReadOnlyRoot = options.ReadOnlyRoot,
        };
        return options.SharedMemoryBytes is { } bytes ? plan with { SharedMemoryBytes = bytes } : plan;
    }

    /// <summary>The environment: defaults, then the image's, then the caller's; a later value takes the place of an earlier one.</summary>
    public static IReadOnlyList<string> Environment(ContainerConfig image, ContainerOptions options, string hostname)
    {
        var variables = new List<string> { DefaultPath, $"HOSTNAME={hostname}" };
        if (options.Terminal) variables.Add("TERM=xterm");
        foreach (string variable in image.Env ?? []) Set(variables, variable);
        foreach (string variable in options.Environment) Set(variables, variable);
        return variables;
    }

    private static void Set(List<string> variables, string variable)
    {
        string name = NameOf(variable);
        int index = variables.FindIndex(v => NameOf(v) == name);
        if (index < 0) variables.Add(variable);
        else variables[index] = variable;
    }

    private static string NameOf(string variable)
    {
        int equals = variable.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? variable : variable[..equals];
    }

    private static string Hosts(string hostname, EquatableArray<string> extra)
    {
        var text = new StringBuilder(
            "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::\tip6-localnet\nff00::\tip6-mcastprefix\n"
            + "ff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n");
        foreach (string host in extra)
        {
            int equals = host.IndexOf('=', StringComparison.Ordinal);
            text.Append(host.AsSpan(equals + 1)).Append('\t').Append(host.AsSpan(0, equals)).Append('\n');
        }

        return text.Append("127.0.0.1\t").Append(hostname).Append('\n').ToString();
    }
}
