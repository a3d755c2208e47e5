using System.CommandLine;
using Builder.Cli.CommandLine;

namespace Builder.Cli.Builds;

/// <summary>
/// Flags of docker's <c>build</c> that change nothing here: some are ignored by docker too, some ask for something that would be
/// missed and therefore are warned about or refused.
/// </summary>
internal sealed class BuildFlagsWithoutEffect
{
    private readonly Option[] _ignored =
    [
        Flags.Switch("--rm", ""), Flags.Switch("--force-rm", ""), Flags.Switch("--compress", ""),
        Flags.Text("--isolation", ""), Flags.Many("--security-opt", ""), Flags.Text("--builder", ""), Flags.Switch("--debug", "", "-D"),
    ];

    private readonly Option[] _warned =
    [
        Flags.Text("--cpu-shares", "", "-c"), Flags.Text("--cpu-period", ""), Flags.Text("--cpu-quota", ""), Flags.Text("--cpuset-mems", ""), Flags.Text("--cgroup-parent", ""),
        Flags.Many("--resource", ""),
    ];

    private readonly Option[] _refused =
    [
        Flags.Many("--policy", ""),
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
