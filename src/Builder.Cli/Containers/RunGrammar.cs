using System.CommandLine;
using Builder.Cli.Builds;
using Builder.Cli.CommandLine;
using Builder.Cli.Formatting;
using Builder.Cli.Hosting;
using Builder.Oci.Collections;
using Builder.Runtime.Plans;
using Builder.Sandbox.Plans;

namespace Builder.Cli.Containers;

/// <summary>The flags of <c>run</c>.</summary>
internal sealed class RunGrammar : CommandGrammar
{
    private readonly Argument<string[]> _operands = Flags.Operands("IMAGE [COMMAND] [ARG...]", "The image, and what to run in place of its command", 1);
    private readonly Option<bool> _remove = Flags.Switch("--rm", "Remove the container when it ends");
    private readonly Option<string[]> _env = Flags.Many("--env", "Set an environment variable", "-e");
    private readonly Option<string[]> _envFiles = Flags.Many("--env-file", "Read environment variables from a file");
    private readonly Option<string?> _workdir = Flags.Text("--workdir", "Working directory in the container", "-w");
    private readonly Option<string?> _user = Flags.Text("--user", "User name or id (user[:group])", "-u");
    private readonly Option<string[]> _groups = Flags.Many("--group-add", "Further groups of the user");
    private readonly Option<string[]> _volumes = Flags.Many("--volume", "Mount a path of the host (host:container[:ro])", "-v");
    private readonly Option<string[]> _mounts = Flags.Many("--mount", "Mount something (type=bind|tmpfs,...)", valueName: "mount");
    private readonly Option<string[]> _tmpfs = Flags.Many("--tmpfs", "Mount a memory file system");
    private readonly Option<string?> _entrypoint = Flags.Text("--entrypoint", "Replace the image's entrypoint");
    private readonly Option<string?> _name = Flags.Text("--name", "Name of the container");
    private readonly Option<bool> _interactive = Flags.Switch("--interactive", "Pass standard input on", "-i");
    private readonly Option<bool> _tty = Flags.Switch("--tty", "Give the container a terminal", "-t");
    private readonly Option<string?> _network = Flags.Text("--network", "Network of the container: none or host");
    private readonly Option<string?> _hostname = Flags.Text("--hostname", "Name of the container's host", "-h");
    private readonly Option<string[]> _hosts = Flags.Many("--add-host", "Add a line to /etc/hosts (host:ip)");
    private readonly Option<bool> _readOnly = Flags.Switch("--read-only", "Mount the container's root read-only");
    private readonly Option<string[]> _labels = Flags.Many("--label", "Set metadata of the container", "-l");
    private readonly Option<string?> _pull = Flags.Text("--pull", "When to pull the image: missing, never or always");
    private readonly Option<string[]> _platforms = Flags.Many("--platform", "Which image of a name that stands for several (default: this machine's)");
    private readonly Option<string?> _cidFile = Flags.Text("--cidfile", "Write the container's id to a file");
    private readonly Option<string?> _shmSize = Flags.Text("--shm-size", "Size of /dev/shm", valueName: "bytes");
    private readonly SecurityFlags _security = new();
    private readonly LimitFlags _limits = new();
    private readonly RunFlagsWithoutEffect _withoutEffect = new();

    /// <inheritdoc/>
    public override bool StopsAtFirstOperand => true;

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        command.Add(_operands);
        foreach (Option option in new Option[]
        {
            _remove, _env, _envFiles, _workdir, _user, _groups, _volumes, _mounts, _tmpfs, _entrypoint, _name, _interactive, _tty, _network, _hostname, _hosts,
            _readOnly, _labels, _pull, _platforms, _cidFile, _shmSize,
        })
        {
            command.Add(option);
        }

        _security.Declare(command);
        _limits.Declare(command);
        _withoutEffect.Declare(command);
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        RunArguments arguments = Read(parsed, environment);
        return new BoundCommand((context, cancellationToken) => new RunCommand(context).RunAsync(arguments, cancellationToken));
    }

    /// <summary>The arguments record of a parsed command line.</summary>
    internal RunArguments Read(ParseResult parsed, HostEnvironment environment)
    {
        string[] operands = parsed.GetValue(_operands)!;
        BindMount[] volumes = [.. parsed.GetValue(_volumes)!.Select(v => VolumeParser.Volume(v, environment))];
        return new RunArguments
        {
            Image = operands[0],
            Options = Options(parsed, environment, operands[1..], volumes),
            Pull = Pull(parsed.GetValue(_pull)),
            Platform = PlatformCheck.OfImage(parsed.GetValue(_platforms)!, environment),
            CidFile = parsed.GetValue(_cidFile),
            BindSources = [.. volumes.Select(v => v.Source)],
            Warnings = [.. _withoutEffect.Warnings(parsed)],
        };
    }

    private ContainerOptions Options(ParseResult parsed, HostEnvironment environment, string[] arguments, BindMount[] volumes) => new()
    {
        Arguments = [.. arguments],
        Entrypoint = parsed.GetValue(_entrypoint),
        Environment = [.. Variables(parsed, environment)],
        WorkingDirectory = WorkingDirectory(parsed.GetValue(_workdir)),
        User = parsed.GetValue(_user),
        ExtraGroups = [.. parsed.GetValue(_groups)!],
        Hostname = parsed.GetValue(_hostname),
        Network = Network(parsed.GetValue(_network)),
        Security = _security.Read(parsed, environment),
        GroupLimits = _limits.Read(parsed, ControlGroupLimits.Default),
        Terminal = parsed.GetValue(_tty),
        Interactive = parsed.GetValue(_interactive),
        ReadOnlyRoot = parsed.GetValue(_readOnly),
        Mounts =
        [
            .. volumes,
            .. parsed.GetValue(_mounts)!.Select(m => VolumeParser.Mount(m, environment)),
            .. parsed.GetValue(_tmpfs)!.Select(VolumeParser.TmpfsFlag),
        ],
        ExtraHosts = [.. parsed.GetValue(_hosts)!.Select(KeyValues.Host)],
        SharedMemoryBytes = parsed.GetValue(_shmSize) is { } size ? ByteSize.Parse(size, "--shm-size") : null,
        Name = parsed.GetValue(_name),
        Labels = (EquatableArray<KeyValuePair<string, string>>)[.. KeyValues.Labels(parsed.GetValue(_labels)!)],
        AutoRemove = parsed.GetValue(_remove),
    };

    // Variables of files come before those of the command line.
    private IEnumerable<string> Variables(ParseResult parsed, HostEnvironment environment)
    {
        foreach (string file in parsed.GetValue(_envFiles)!)
            foreach (string variable in EnvironmentFile.Read(file, environment))
                yield return variable;
        foreach (string text in parsed.GetValue(_env)!)
        {
            (string name, string? value) = KeyValues.Split(text);
            if (name.Length == 0) throw CommandException.Usage($"invalid environment variable: {text}");
            value ??= environment.Variables.GetValueOrDefault(name);
            if (value is not null) yield return $"{name}={value}";
        }
    }

    private static string? WorkingDirectory(string? value) => value is null or "" || value.StartsWith('/')
        ? value
        : throw CommandException.Usage($"the working directory '{value}' is invalid, it needs to be an absolute path");

    private static SandboxNetwork Network(string? value) => value switch
    {
        null or "" or "default" or "host" => SandboxNetwork.Host,
        "none" => SandboxNetwork.None,
        _ => throw CommandException.Usage($"network mode \"{value}\" is not supported", "use none or host"),
    };

    private static PullPolicy Pull(string? value) => value switch
    {
        null or "" or "missing" => PullPolicy.Missing,
        "never" => PullPolicy.Never,
        "always" => PullPolicy.Always,
        _ => throw CommandException.Usage($"invalid --pull \"{value}\": expected missing, never or always"),
    };
}
