using Builder.Executor.Events;

namespace Builder.Cli.Rendering;

/// <summary>Tells in full why steps were executed.</summary>
internal static class MissReport
{
    /// <summary>For <c>--explain</c>.</summary>
    public static void Write(TextWriter writer, StepLog log)
    {
        int steps = log.Cached + log.Misses.Count;
        writer.Write(log.Misses.Count == 0
            ? $"\ncache: all {steps} steps were found\n"
            : $"\ncache: {log.Misses.Count} of {steps} steps were not found\n");
        foreach (VertexMissed miss in log.Misses) WriteOne(writer, miss, inFull: true);
    }

    /// <summary>For <c>--expect-cached</c>.</summary>
    public static void WriteUnexpected(TextWriter writer, IReadOnlyList<VertexMissed> misses)
    {
        string count = misses.Count == 1 ? "1 step" : $"{misses.Count} steps";
        writer.Write($"\nbuilder: {count} had to be executed, but --expect-cached was given\n");
        foreach (VertexMissed miss in misses) WriteOne(writer, miss, inFull: false);
    }

    private static void WriteOne(TextWriter writer, VertexMissed miss, bool inFull)
    {
        writer.Write($"  {miss.Vertex.Origin.Label} (line {miss.Vertex.Origin.Line})\n");
        if (!inFull)
        {
            writer.Write($"    {miss.Reason}\n");
            return;
        }

        writer.Write($"    {miss.Reason.Summary}\n");
        foreach (string further in miss.Reason.Further) writer.Write($"    {further}\n");
        if (miss.Reason.Comparison is { } comparison) writer.Write($"    ({comparison})\n");
    }
}
