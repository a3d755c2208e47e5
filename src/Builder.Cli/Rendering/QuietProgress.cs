using Builder.Executor.Events;

namespace Builder.Cli.Rendering;

/// <summary>Shows nothing.</summary>
internal sealed class QuietProgress : IBuildProgress
{
    /// <inheritdoc/>
    public void Handle(BuildEvent buildEvent)
    {
        // Quiet means quiet: failures are told by the command itself.
    }

    /// <inheritdoc/>
    public void Finish()
    {
        // Nothing was shown.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is held.
    }
}
