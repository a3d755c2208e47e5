using Builder.Executor.Events;

namespace Builder.Cli.Transfers;

/// <summary>Transfers as a part of a build.</summary>
internal sealed class EventReporting(Action<BuildEvent> events, TimeProvider time) : ITransferReporter
{
    /// <inheritdoc/>
    public void Task(string name, bool done) => events(new TaskEvent(time.GetUtcNow(), name, done));

    /// <inheritdoc/>
    public void Layer(string layer, string state)
    {
        // Progress of bytes is enough beside the steps of a build.
    }

    /// <inheritdoc/>
    public void Progress(string layer, string action, long current, long total) => events(new TransferProgress(time.GetUtcNow(), layer, current, total, null));
}
