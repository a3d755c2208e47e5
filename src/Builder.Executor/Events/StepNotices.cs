using Builder.Executor.Running;
using Builder.Graph;

namespace Builder.Executor.Events;

/// <summary>Notices of one vertex as build events.</summary>
internal sealed class StepNotices(EventReporter reporter, Vertex vertex) : IStepNotices
{
    public void Tell(string line) => reporter.Output(vertex, 2, line);

    public void Warn(string message) => reporter.Warn(message);
}
