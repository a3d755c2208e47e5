using System.CommandLine;
using Builder.Cli.CommandLine;

namespace Builder.Cli.Containers;

/// <summary>Flags of docker's <c>run</c> that mean nothing here, are warned about, or are refused because they would be missed.</summary>
internal sealed class RunFlagsWithoutEffect
{
    private readonly Option[] _ignored =
    [
        Flags.Switch("--sig-proxy", ""), Flags.Text("--detach-keys", ""), Flags.Many("--attach", "", "-a"), Flags.Switch("--quiet", "", "-q"),
        Flags.Switch("--no-healthcheck", ""), Flags.Text("--stop-signal", ""), Flags.Text("--stop-timeout", ""), Flags.Text("--log-driver", ""),
        Flags.Many("--log-opt", ""),
    ];

    private readonly Option[] _warned =
    [
        Flags.Text("--memory-reservation", ""), Flags.Text("--cpu-shares", "", "-c"), Flags.Text("--cpu-period", ""), Flags.Text("--cpu-quota", ""),
        Flags.Many("--ulimit", ""), Flags.Many("--publish", "", "-p"), Flags.Switch("--publish-all", "", "-P"),
        Flags.Many("--annotation", ""), Flags.Text("--oom-score-adj", ""), Flags.Many("--expose", ""),
    ];

    private readonly Option[] _refused =
    [
        Flags.Switch("--detach", "", "-d"), Flags.Switch("--init", ""), Flags.Text("--restart", ""), Flags.Many("--device", ""), Flags.Text("--gpus", ""), Flags.Many("--sysctl", ""),
        Flags.Text("--userns", ""), Flags.Text("--uts", ""), Flags.Text("--ipc", ""), Flags.Text("--pid", ""), Flags.Text("--cgroupns", ""),
        Flags.Many("--volumes-from", ""), Flags.Many("--dns", ""), Flags.Text("--health-cmd", ""), Flags.Many("--label-file", ""), Flags.Many("--link", ""),
        Flags.Many("--network-alias", ""), Flags.Text("--ip", ""), Flags.Many("--storage-opt", ""), Flags.Text("--runtime", ""),
    ];

    /// <summary>Adds them, hidden.</summary>
    public void Declare(Command command)
    {
        foreach (Option option in _ignored.Concat(_warned).Concat(_refused))
        {
            option.Hidden = true;
            command.Add(option);
        }
    }

    /// <summary>What to tell about those that were given.</summary>
    /// <exception cref="CommandException">One of them can't be left out without changing the result.</exception>
    public IEnumerable<string> Warnings(ParseResult parsed)
    {
        if (_refused.FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false }) is { } refused)
            throw CommandException.Usage($"{refused.Name} is not supported yet");
        return _warned.Where(o => parsed.GetResult(o) is { Implicit: false }).Select(o => $"{o.Name} is not supported yet and has no effect");
    }
}
