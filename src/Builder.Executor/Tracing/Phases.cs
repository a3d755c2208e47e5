using System.Diagnostics;
using Builder.Graph;

namespace Builder.Executor.Tracing;

/// <summary>
/// The phases of a build as activities of one source, for whoever listens: <c>--trace</c> or OpenTelemetry. Without a listener nothing is
/// made and nothing is measured.
/// </summary>
public static class Phases
{
    /// <summary>The name of the source.</summary>
    public const string SourceName = "builder";

    /// <summary>The tag with what a phase is about: a step's instruction, a file.</summary>
    public const string SubjectTag = "builder.subject";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins a phase; disposing it ends it.</summary>
    /// <param name="name">What is done, in a word or two, the same for every subject.</param>
    /// <param name="subject">To what, or null.</param>
    /// <returns>Null when nobody listens.</returns>
    public static Activity? Begin(string name, string? subject = null)
    {
        Activity? activity = Source.StartActivity(name);
        if (subject is not null) activity?.SetTag(SubjectTag, subject);
        return activity;
    }

    /// <summary>Begins the phase that all others lie in.</summary>
    /// <param name="name">What is done.</param>
    /// <param name="parent">What it belongs to outside this program, or default.</param>
    /// <param name="began">When it began.</param>
    /// <returns>Null when nobody listens.</returns>
    public static Activity? BeginRoot(string name, ActivityContext parent, DateTimeOffset began) =>
        Source.StartActivity(name, ActivityKind.Internal, parent, startTime: began);

    /// <summary>A phase that began before there was anybody to listen, and ends now.</summary>
    /// <param name="name">What was done.</param>
    /// <param name="began">When it began.</param>
    public static void Past(string name, DateTimeOffset began) => Source.CreateActivity(name, ActivityKind.Internal)?.SetStartTime(began.UtcDateTime).Start().Dispose();

    internal static Activity? Begin(string name, Vertex vertex) => Begin(name, vertex.Origin.SourceText);
}
