using System.Collections.Immutable;
using System.CommandLine;
using Builder.Cli.CommandLine;
using Builder.Cli.Containers;
using Builder.Cli.Formatting;
using Builder.Cli.Hosting;
using Builder.Executor.Steps;
using Builder.Graph.Lowering;

namespace Builder.Cli.Builds;

/// <summary>The flags of <c>build</c> that are about RUN instructions.</summary>
internal sealed class StepFlags
{
    private readonly Option<string[]> _secrets = Flags.Many("--secret", "Secret for RUN instructions (id=NAME,src=FILE or id=NAME,env=VARIABLE)", valueName: "secret");
    private readonly Option<bool> _noSecretScan = Flags.Switch("--no-secret-scan", "Do not look whether the result holds a secret");
    private readonly Option<string[]> _agents = Flags.Many("--ssh", "SSH agent for RUN instructions (default, or ID=SOCKET, or ID=KEY[,KEY])", valueName: "agent");
    private readonly Option<string?> _shmSize = Flags.Text("--shm-size", "Size of /dev/shm for RUN instructions", valueName: "bytes");
    private readonly Option<string[]> _limits = Flags.Many("--ulimit", "Limit for RUN instructions (NAME=SOFT[:HARD])", valueName: "ulimit");
    private readonly LimitFlags _groupLimits = new();
    private readonly Option<string[]> _entitlements = Flags.Many("--allow", "What RUN instructions may ask for (network.host, security.insecure)", valueName: "entitlement");
    private readonly Option<string[]> _noCacheStages = Flags.Many("--no-cache-filter", "Do not use the cache for these stages", valueName: "stages");

    /// <summary>Adds them.</summary>
    public void Declare(Command command)
    {
        foreach (Option option in new Option[] { _secrets, _noSecretScan, _agents, _shmSize, _limits, _entitlements, _noCacheStages }) command.Add(option);
        _groupLimits.Declare(command);
    }

    /// <summary>What steps get.</summary>
    /// <exception cref="CommandException">A value is wrong.</exception>
    public StepOptions Read(ParseResult parsed, HostEnvironment environment) => new()
    {
        Secrets = ById(parsed.GetValue(_secrets)!.Select(s => SecretParser.Parse(s, environment))),
        ScansForSecrets = !parsed.GetValue(_noSecretScan),
        SshAgents = ById(parsed.GetValue(_agents)!.Select(s => SshParser.Parse(s, environment))),
        SharedMemoryBytes = SharedMemory(parsed.GetValue(_shmSize)),
        GroupLimits = _groupLimits.Read(parsed, StepOptions.Default.GroupLimits),
        Limits = [.. parsed.GetValue(_limits)!.Select(UlimitParser.Parse).Reverse().DistinctBy(l => l.Resource).Reverse()],
    };

    /// <summary>What steps may ask for.</summary>
    /// <exception cref="CommandException">There is no such thing.</exception>
    public IEnumerable<Entitlement> Entitlements(ParseResult parsed) =>
        parsed.GetValue(_entitlements)!.SelectMany(v => v.Split(',')).Select(EntitlementParser.Parse);

    /// <summary>Stages that are to be built without the cache.</summary>
    public ImmutableHashSet<string> NoCacheStages(ParseResult parsed) =>
        [.. parsed.GetValue(_noCacheStages)!.SelectMany(v => v.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    private static long? SharedMemory(string? value)
    {
        if (value is null) return null;
        long bytes = ByteSize.Parse(value, "--shm-size");
        return bytes == 0 ? null : bytes;
    }

    // As in docker, the last one of an id counts.
    private static ImmutableDictionary<string, T> ById<T>(IEnumerable<KeyValuePair<string, T>> values) =>
        ImmutableDictionary<string, T>.Empty.SetItems(values);
}
