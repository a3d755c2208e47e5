using System.CommandLine;
using Builder.Cli.CommandLine;
using Builder.Cli.Formatting;
using Builder.Cli.Hosting;

namespace Builder.Cli.Pruning;

/// <summary>The flags of <c>container prune</c>.</summary>
internal sealed class ContainerPruneGrammar : CommandGrammar
{
    private readonly Option<bool> _force = Flags.Switch("--force", "Do not ask", "-f");
    private readonly Option<string[]> _filters = Flags.Many("--filter", "Remove only what matches (until=, label=, label!=)");

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        command.Add(_force);
        command.Add(_filters);
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        bool force = parsed.GetValue(_force);
        var containers = new ContainerPruning(PruneFilters.Read(parsed.GetValue(_filters)!, PruneFilters.OfObjects));
        return new BoundCommand((context, token) => Task.FromResult(
            new PruneCommand(context).Run("WARNING! This will remove all stopped containers.", force, containers, null, null, token)));
    }
}

/// <summary>The flags of <c>image prune</c>.</summary>
internal sealed class ImagePruneGrammar : CommandGrammar
{
    private readonly Option<bool> _all = Flags.Switch("--all", "Remove all images that no container was made of, not only those without a name", "-a");
    private readonly Option<bool> _force = Flags.Switch("--force", "Do not ask", "-f");
    private readonly Option<string[]> _filters = Flags.Many("--filter", "Remove only what matches (until=, label=, label!=, dangling=)");

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        foreach (Option option in new Option[] { _all, _force, _filters }) command.Add(option);
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        bool force = parsed.GetValue(_force);
        PruneFilters filters = PruneFilters.Read(parsed.GetValue(_filters)!, PruneFilters.OfImages);
        // As with docker: what the filter says counts before --all.
        var images = new ImagePruning(filters.Dangling is { } dangling ? !dangling : parsed.GetValue(_all), filters);
        string what = images.All ? "images without at least one container associated to them" : "dangling images";
        return new BoundCommand((context, token) => Task.FromResult(
            new PruneCommand(context).Run($"WARNING! This will remove all {what}.", force, null, images, null, token)));
    }
}

/// <summary>The flags of <c>cache prune</c>.</summary>
internal sealed class CachePruneGrammar : CommandGrammar
{
    private readonly Option<bool> _all = Flags.Switch("--all", "Also what images of the store were unpacked to or made of", "-a");
    private readonly Option<bool> _force = Flags.Switch("--force", "Do not ask", "-f");
    private readonly Option<bool> _verbose = Flags.Switch("--verbose", "Accepted: what is removed is always listed", "-v");
    private readonly Option<string[]> _filters = Flags.Many("--filter", "Remove only what matches (until=, unused-for=, id=, type=, shared=, description=)");
    private readonly Option<string?> _keep = Flags.Text("--keep-storage", "Leave that much of the cache", valueName: "bytes");
    private readonly Option<string?> _reserved = Flags.Text("--reserved-space", "The same", valueName: "bytes");
    private readonly Option<string?> _maximum = Flags.Text("--max-used-space", "Remove only until the cache has no more than that", valueName: "bytes");
    private readonly Option<string?> _free = Flags.Text("--min-free-space", "Remove only until the disk has that much left", valueName: "bytes");

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        foreach (Option option in new Option[] { _all, _force, _verbose, _filters, _keep, _reserved, _maximum, _free }) command.Add(option);
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        bool force = parsed.GetValue(_force);
        var pruning = new CachePruning(
            parsed.GetValue(_all),
            PruneFilters.Read(parsed.GetValue(_filters)!, PruneFilters.OfCache),
            Size(parsed, _reserved) ?? Size(parsed, _keep),
            Size(parsed, _maximum),
            Size(parsed, _free));
        string what = pruning.All ? "all build cache" : "all dangling build cache";
        return new BoundCommand((context, token) => Task.FromResult(
            new PruneCommand(context).Run($"WARNING! This will remove {what}.", force, null, null, pruning, token)));
    }

    private static long? Size(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) is { } text ? DiskSize.Parse(text, option.Name) : null;
}

/// <summary>The flags of <c>system prune</c>.</summary>
internal sealed class SystemPruneGrammar : CommandGrammar
{
    private readonly Option<bool> _all = Flags.Switch("--all", "Remove all images that no container was made of, and all of the cache", "-a");
    private readonly Option<bool> _force = Flags.Switch("--force", "Do not ask", "-f");
    private readonly Option<bool> _volumes = Flags.Switch("--volumes", "Accepted: there are no volumes");
    private readonly Option<string[]> _filters = Flags.Many("--filter", "Remove only what matches (until=, label=, label!=)");

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        foreach (Option option in new Option[] { _all, _force, _volumes, _filters }) command.Add(option);
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        bool all = parsed.GetValue(_all);
        bool force = parsed.GetValue(_force);
        PruneFilters filters = PruneFilters.Read(parsed.GetValue(_filters)!, PruneFilters.OfObjects);

        // Things of the cache have no labels.
        var ofCache = new PruneFilters([.. filters.Filters.Where(f => f.Key == "until")]);
        string warning = "WARNING! This will remove:\n  - all stopped containers\n"
            + (all ? "  - all images without at least one container associated to them\n  - all build cache\n" : "  - all dangling images\n  - unused build cache\n");
        return new BoundCommand((context, token) => Task.FromResult(new PruneCommand(context).Run(
            warning, force, new ContainerPruning(filters), new ImagePruning(all, filters), new CachePruning(all, ofCache), token)));
    }
}
