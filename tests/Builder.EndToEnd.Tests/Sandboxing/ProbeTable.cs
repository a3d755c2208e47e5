using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Sandboxing;

/// <summary>tests/sandbox/probes.txt, and what programs made by tests/sandbox/probe.c print.</summary>
internal static class ProbeTable
{
    /// <summary>The rows.</summary>
    public static IReadOnlyList<ProbeRow> Read() =>
    [
        .. File.ReadLines(Repository.PathTo("tests/sandbox/probes.txt")).Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(words => new ProbeRow(words[0], words[1], words[2], Enum.Parse<ProbeGuard>(words[3], ignoreCase: true))),
    ];

    /// <summary>Answers by attempt.</summary>
    public static IReadOnlyDictionary<string, string> Answers(string output) =>
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Trim().Split(' ', 2)).ToDictionary(words => words[0], words => words[1], StringComparer.Ordinal);

    /// <summary>Attempts that got further than they should, with what came of them.</summary>
    public static IEnumerable<string> Breaches(IReadOnlyDictionary<string, string> answers, Func<ProbeRow, string> expected) =>
        Read().Where(row => !expected(row).Split('|').Contains(answers.GetValueOrDefault(row.Name)))
            .Select(row => $"{row.Name}: {answers.GetValueOrDefault(row.Name, "no answer")} instead of {expected(row)}");
}

/// <summary>One attempt.</summary>
/// <param name="Name">As the program prints it.</param>
/// <param name="AsRoot">What comes of it for the container's root; one of several, with bars between.</param>
/// <param name="AsUser">The same for another user.</param>
/// <param name="Guard">How its guard can be switched off.</param>
internal sealed record ProbeRow(string Name, string AsRoot, string AsUser, ProbeGuard Guard);

/// <summary>Where an attempt gets further.</summary>
internal enum ProbeGuard
{
    /// <summary>In a privileged container with the machine's network.</summary>
    Privileged,

    /// <summary>On the machine itself.</summary>
    Outside,

    /// <summary>Not here.</summary>
    Unseen,
}
