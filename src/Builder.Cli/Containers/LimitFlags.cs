using System.CommandLine;
using System.Globalization;
using Builder.Cli.CommandLine;
using Builder.Cli.Formatting;
using Builder.Sandbox.Plans;

namespace Builder.Cli.Containers;

/// <summary>The flags that say how much of the machine a container, or a step, may use.</summary>
internal sealed class LimitFlags
{
    private const long SmallestMemory = 6 << 20;
    private const decimal FewestCpus = 0.01m;
    private readonly Option<string?> _memory = Flags.Text("--memory", "Memory limit", "-m", valueName: "bytes");
    private readonly Option<string?> _swap = Flags.Text("--memory-swap", "Limit of memory and swap together; -1 for unlimited swap", valueName: "bytes");
    private readonly Option<string?> _cpus = Flags.Text("--cpus", "How many processors' time", valueName: "number");
    private readonly Option<string?> _cpuSet = Flags.Text("--cpuset-cpus", "Which processors (0-3,7)", valueName: "list");
    private readonly Option<string?> _pids = Flags.Text("--pids-limit", "How many processes and threads; -1 for no limit", valueName: "number");

    /// <summary>Adds them.</summary>
    public void Declare(Command command)
    {
        foreach (Option option in new Option[] { _memory, _swap, _cpus, _cpuSet, _pids }) command.Add(option);
    }

    /// <summary>What they come to.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="unasked">What holds without them.</param>
    /// <exception cref="CommandException">A value is wrong.</exception>
    public ControlGroupLimits Read(ParseResult parsed, ControlGroupLimits unasked)
    {
        long? memory = parsed.GetValue(_memory) is { } m ? Memory(m) : null;
        ControlGroupLimits limits = unasked with
        {
            MemoryBytes = memory,
            MemoryAndSwapBytes = parsed.GetValue(_swap) is { } s ? Swap(s, memory) : null,
            Cpus = parsed.GetValue(_cpus) is { } c ? Cpus(c) : null,
            CpuSet = parsed.GetValue(_cpuSet) is { } set ? CpuSet(set) : null,
        };
        return parsed.GetValue(_pids) is { } p ? limits with { Pids = Pids(p), PidsIfPossible = false } : limits;
    }

    // As in docker, 0 is no limit.
    private static long? Memory(string text)
    {
        long bytes = ByteSize.Parse(text, "--memory");
        if (bytes == 0) return null;
        return bytes >= SmallestMemory ? bytes : throw CommandException.Usage($"invalid --memory \"{text}\": the smallest limit is 6MB");
    }

    private static long? Swap(string text, long? memory)
    {
        if (memory is null) throw CommandException.Usage("--memory-swap needs --memory", "it is the limit of memory and swap together");
        if (text == "-1") return -1;
        long bytes = ByteSize.Parse(text, "--memory-swap");
        if (bytes == 0) return null;
        return bytes >= memory ? bytes : throw CommandException.Usage($"invalid --memory-swap \"{text}\": it is less than --memory", "it is the limit of memory and swap together");
    }

    private static decimal? Cpus(string text)
    {
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal cpus)) throw WrongCpus(text);
        if (cpus == 0) return null;
        return cpus >= FewestCpus && cpus <= Environment.ProcessorCount ? cpus : throw WrongCpus(text);
    }

    private static CommandException WrongCpus(string text) =>
        CommandException.Usage(string.Create(CultureInfo.InvariantCulture, $"invalid --cpus \"{text}\": expected a number from {FewestCpus} to {Environment.ProcessorCount}"));

    private static string CpuSet(string text) => text.Length > 0 && text.All(c => char.IsAsciiDigit(c) || c is ',' or '-')
        ? text
        : throw CommandException.Usage($"invalid --cpuset-cpus \"{text}\": expected a list such as 0-3,7");

    private static long? Pids(string text)
    {
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long pids) || pids < -1)
            throw CommandException.Usage($"invalid --pids-limit \"{text}\": expected a number, or -1 for no limit");
        return pids <= 0 ? null : pids;
    }
}
