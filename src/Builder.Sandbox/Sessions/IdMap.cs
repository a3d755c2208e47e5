namespace Builder.Sandbox.Sessions;

/// <summary>
/// The ids of a session: 0 is the caller; 1 and up come from the caller's ranges in /etc/subuid or /etc/subgid (subuid(5)). For root the
/// remaining ids of the machine are mapped as well, high above those an image uses, so that root can read contexts and write results that
/// belong to other users as it is used to (docs/decisions/0002-id-maps.md).
/// </summary>
public static class IdMap
{
    /// <summary>What root uses when neither <c>root</c> nor <c>containers</c> has a range.</summary>
    public const long DefaultRootStart = 0x70000000;

    /// <summary>How many ids an image may use at least: <c>nobody</c> is 65534.</summary>
    public const long ExpectedCount = 65536;

    private const long HostIdsInside = 0x40000000;
    private const long HighestId = int.MaxValue;

    /// <summary>The ranges that a file of subuid(5) gives to a user.</summary>
    /// <param name="lines">Lines of the file.</param>
    /// <param name="names">Names and numbers the user goes by; the first with a range wins.</param>
    public static IReadOnlyList<(long Start, long Count)> ReadRanges(IEnumerable<string> lines, params ReadOnlySpan<string> names)
    {
        var parsed = new List<(string Name, long Start, long Count)>();
        foreach (string line in lines)
        {
            string[] parts = line.Trim().Split(':');
            if (parts.Length == 3 && long.TryParse(parts[1], out long start) && long.TryParse(parts[2], out long count) && start > 0 && count > 0)
                parsed.Add((parts[0], start, count));
        }

        foreach (string name in names)
        {
            (long, long)[] ranges = [.. parsed.Where(p => string.Equals(p.Name, name, StringComparison.Ordinal)).Select(p => (p.Start, p.Count))];
            if (ranges.Length > 0) return ranges;
        }

        return [];
    }

    /// <summary>The map of an ordinary user.</summary>
    /// <param name="id">The caller's own id.</param>
    /// <param name="ranges">The caller's ranges.</param>
    public static IReadOnlyList<IdRange> ForUser(long id, IReadOnlyList<(long Start, long Count)> ranges)
    {
        var map = new List<IdRange> { new(0, id, 1) };
        long next = 1;
        foreach ((long start, long count) in ranges)
        {
            map.Add(new IdRange(next, start, count));
            next += count;
        }

        return map;
    }

    /// <summary>The map of root.</summary>
    /// <param name="ranges">Root's ranges; empty for the default one.</param>
    /// <param name="withHostIds">Whether the caller's own namespace has all ids, so that the rest can be mapped too.</param>
    public static IReadOnlyList<IdRange> ForRoot(IReadOnlyList<(long Start, long Count)> ranges, bool withHostIds)
    {
        IReadOnlyList<(long Start, long Count)> used = ranges.Count > 0 ? ranges : [(DefaultRootStart, ExpectedCount)];
        var map = new List<IdRange>(ForUser(0, used));
        if (!withHostIds) return map;
        long inside = HostIdsInside;
        long outside = 1;
        foreach ((long start, long count) in used.Order().Append((HighestId, 1)))
        {
            long gap = Math.Min(start - outside, HighestId - inside);
            if (gap > 0)
            {
                map.Add(new IdRange(inside, outside, gap));
                inside += gap;
            }

            outside = Math.Max(outside, start + count);
        }

        return map;
    }
}
