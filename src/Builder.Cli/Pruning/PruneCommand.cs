using Builder.Cache;
using Builder.Cli.Hosting;

namespace Builder.Cli.Pruning;

/// <summary>Removes what is not needed.</summary>
internal sealed class PruneCommand(CommandContext context)
{
    /// <summary>Runs it.</summary>
    /// <param name="warning">What will happen.</param>
    /// <param name="isForced">Whether not to ask.</param>
    /// <param name="containers">Containers, or null for none.</param>
    /// <param name="images">Images, or null for none.</param>
    /// <param name="cache">What of the cache, or null for nothing.</param>
    /// <param name="cancellationToken">Stops it between two things.</param>
    public ExitCode Run(string warning, bool isForced, ContainerPruning? containers, ImagePruning? images, CachePruning? cache, CancellationToken cancellationToken)
    {
        var report = new PruneReport(context.Terminal.Out);
        if (!Confirmation.Ask(context.Terminal, warning, isForced))
        {
            report.Finish();
            return ExitCode.Success;
        }

        using BuilderStore store = context.OpenStore();
        DateTimeOffset now = context.Time.GetUtcNow();
        if (containers?.Run(store, now) is { } gone) report.Add("Deleted Containers", gone.Removed, gone.Freed);
        if (images?.Run(store, now) is { } done) report.Add("Deleted Images", done.Done, done.Freed);
        if (cache?.Run(store, now, cancellationToken) is { } removed) report.Add("Deleted build cache objects", removed.Removed, removed.Freed);
        report.Finish();
        return ExitCode.Success;
    }
}
