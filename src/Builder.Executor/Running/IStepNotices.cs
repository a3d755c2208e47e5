namespace Builder.Executor.Running;

/// <summary>Takes what preparing a step has to say.</summary>
internal interface IStepNotices
{
    /// <summary>A line of the step's own log.</summary>
    void Tell(string line);

    /// <summary>Something that may not be what the user wants.</summary>
    void Warn(string message);
}
