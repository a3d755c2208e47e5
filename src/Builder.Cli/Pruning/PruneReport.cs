using Builder.Cli.Formatting;

namespace Builder.Cli.Pruning;

/// <summary>Tells what was removed, in docker's words.</summary>
/// <param name="writer">Where to.</param>
internal sealed class PruneReport(TextWriter writer)
{
    private long _freed;

    /// <summary>One kind of things.</summary>
    /// <param name="heading">Such as <c>Deleted Containers</c>.</param>
    /// <param name="lines">One each; nothing is written when there are none.</param>
    /// <param name="freed">Bytes.</param>
    public void Add(string heading, IReadOnlyCollection<string> lines, long freed)
    {
        _freed += freed;
        if (lines.Count == 0) return;
        writer.Write(heading + ":\n");
        foreach (string line in lines) writer.Write(line + "\n");
        writer.Write('\n');
    }

    /// <summary>The sum.</summary>
    public void Finish() => writer.Write($"Total reclaimed space: {HumanSize.Format(_freed)}\n");
}
