using System.Globalization;

namespace Builder.EndToEnd.Tests.Differential;

/// <summary>What the command line of tests/differential/run asks for.</summary>
internal sealed record DifferentialOptions
{
    /// <summary>How many generated cases.</summary>
    public int Seeds { get; private init; }

    /// <summary>The first seed.</summary>
    public int From { get; private init; } = 1;

    /// <summary>Only written cases whose name holds this; null for none.</summary>
    public string? Cases { get; private init; } = "";

    /// <summary>Prints the cases instead of building them.</summary>
    public bool PrintOnly { get; private init; }

    /// <summary>Also tells about cases that both engines refuse.</summary>
    public bool IsVerbose { get; private init; }

    /// <summary>Where a dockerd listens that is already there; null to start one, which only root can.</summary>
    public string? DockerHost { get; private init; }

    /// <summary>Reads the words after the program's name.</summary>
    /// <exception cref="FormatException">They are not understood.</exception>
    public static DifferentialOptions Parse(ReadOnlySpan<string> words)
    {
        DifferentialOptions options = new();
        while (words.Length > 0)
        {
            (options, int used) = words switch
            {
                ["--seeds", string count, ..] => (options with { Seeds = Number(count) }, 2),
                ["--from", string first, ..] => (options with { From = Number(first) }, 2),
                ["--cases", string part, ..] => (options with { Cases = part }, 2),
                ["--no-cases", ..] => (options with { Cases = null }, 1),
                ["--print", ..] => (options with { PrintOnly = true }, 1),
                ["--docker-host", string host, ..] => (options with { DockerHost = host }, 2),
                ["--verbose", ..] => (options with { IsVerbose = true }, 1),
                _ => throw new FormatException($"'{words[0]}' is not understood. Usage: tests/differential/run [--seeds N] [--from S] [--cases PART | --no-cases] [--docker-host URL] [--print] [--verbose]"),
            };
            words = words[used..];
        }

        return options.From <= int.MaxValue - options.Seeds ? options : throw new FormatException("the last seed would be above the highest");
    }

    public IEnumerable<DifferentialCase> Select(IEnumerable<DifferentialCase> cases) =>
        Cases is null ? [] : cases.Where(c => c.Name.Contains(Cases, StringComparison.OrdinalIgnoreCase));

    public IEnumerable<DifferentialCase> Generate() => Enumerable.Range(From, Seeds).Select(CaseGenerator.Generate);

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        ? number
        : throw new FormatException($"'{text}' is not a number from 0 to {int.MaxValue}");
}
