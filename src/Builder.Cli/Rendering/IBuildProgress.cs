using Builder.Executor.Events;

namespace Builder.Cli.Rendering;

/// <summary>Shows what a build does. Called from one thread at a time.</summary>
internal interface IBuildProgress : IDisposable
{
    /// <summary>Takes an event.</summary>
    void Handle(BuildEvent buildEvent);

    /// <summary>The build has ended: shows the last state and leaves the terminal as it was.</summary>
    void Finish();
}
