using Builder.Executor.Events;

namespace Builder.Cli.Rendering;

/// <summary>Hands events on, one at a time, to the display and to the log.</summary>
internal sealed class EventHub(IBuildProgress progress, StepLog log)
{
    private readonly Lock _lock = new();

    /// <summary>Takes an event from any thread.</summary>
    public void Publish(BuildEvent buildEvent)
    {
        lock (_lock)
        {
            log.Handle(buildEvent);
            progress.Handle(buildEvent);
        }
    }
}
