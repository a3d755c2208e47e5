using System.CommandLine;
using Builder.Cache;
using Builder.Cache.Usage;
using Builder.Cli.CommandLine;
using Builder.Cli.Formatting;
using Builder.Cli.Hosting;

namespace Builder.Cli.Pruning;

/// <summary>Shows what the cache holds, newest use first.</summary>
internal sealed class CacheListCommand(CommandContext context)
{
    /// <summary>Columns of <c>cache ls</c>.</summary>
    public const string LongFormat = "table {{.ID}}\t{{.Type}}\t{{.Size}}\t{{.CreatedSince}}\t{{.LastUsedSince}}\t{{.InUse}}\t{{.Description}}";

    /// <summary>Columns of <c>cache du</c>.</summary>
    public const string ShortFormat = "table {{.ID}}\t{{.Reclaimable}}\t{{.Size}}\t{{.LastAccessed}}";

    /// <summary>Runs it.</summary>
    /// <param name="filters">Which.</param>
    /// <param name="format">How.</param>
    /// <param name="withSums">Whether sums follow.</param>
    public ExitCode Run(PruneFilters filters, string format, bool withSums)
    {
        using BuilderStore store = context.OpenStore();
        StoreUsage usage = store.Usage.Read();
        DateTimeOffset now = context.Time.GetUtcNow();
        List<UsageItem> items = [.. usage.Items.Where(i => filters.Matches(i, now)).OrderByDescending(i => i.LastUsed).ThenBy(i => i.Id, StringComparer.Ordinal)];
        new RowWriter(CacheRows.Headings).Write(context.Terminal.Out, format, items.Select(i => CacheRows.Fields(i, now)));
        if (withSums) WriteSums(usage, items, filters.Filters.Count > 0);
        return ExitCode.Success;
    }

    private void WriteSums(StoreUsage usage, List<UsageItem> items, bool isFiltered)
    {
        long shared = items.Where(i => i.IsShared).Sum(i => i.Size);
        long all = items.Sum(i => i.Size);
        TextWriter writer = context.Terminal.Out;
        writer.Write('\n');
        if (shared > 0)
        {
            Write("Shared", shared);
            Write("Private", all - shared);
        }

        Write("Reclaimable", items.Where(i => !i.IsInUse).Sum(i => i.Size));
        Write("Total", isFiltered ? all : usage.Cache);
        if (isFiltered) return;
        Write("Images", usage.Images);
        Write("Containers", usage.Containers);
        Write("Store", usage.Total);

        void Write(string name, long bytes) => writer.Write($"{name + ":",-13}{HumanSize.Format(bytes)}\n");
    }
}

/// <summary>The flags of <c>cache du</c> and <c>cache ls</c>.</summary>
/// <param name="isLong">Whether it is <c>ls</c>.</param>
internal sealed class CacheListGrammar(bool isLong) : CommandGrammar
{
    private readonly Option<string[]> _filters = Flags.Many("--filter", "Show only what matches (unused-for=, id=, type=, inuse=, shared=, description=)");
    private readonly Option<string?> _format = Flags.Text("--format", "Print with a template, or as json");
    private readonly Option<bool> _verbose = Flags.Switch("--verbose", "Show type, age and instruction too", "-v");

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        foreach (Option option in new Option[] { _filters, _format, _verbose }) command.Add(option);
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        PruneFilters filters = PruneFilters.Read(parsed.GetValue(_filters)!, PruneFilters.OfCache);
        string? format = parsed.GetValue(_format) is { } given and not "table" ? given : null;
        string columns = format ?? (isLong || parsed.GetValue(_verbose) ? CacheListCommand.LongFormat : CacheListCommand.ShortFormat);
        return new BoundCommand((context, _) => Task.FromResult(new CacheListCommand(context).Run(filters, columns, withSums: !isLong && format is null)));
    }
}
