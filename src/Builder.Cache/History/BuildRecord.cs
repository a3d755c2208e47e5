using Builder.Cache.Keys;
using Builder.Oci.Collections;

namespace Builder.Cache.History;

/// <summary>What one build found in the cache and what it executed, kept so that later ones can tell what is different.</summary>
/// <param name="Project">What builds are compared with each other: the context and the Dockerfile, for people.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="Steps">The vertices of its graph, inputs before users.</param>
public sealed record BuildRecord(string Project, DateTimeOffset StartedAt, EquatableArray<StepRecord> Steps);

/// <summary>A step of a build.</summary>
/// <param name="Kind">Kind of its operation, such as <c>run</c>.</param>
/// <param name="Label">As progress shows it.</param>
/// <param name="Stage">Name or number of its stage.</param>
/// <param name="Line">In the Dockerfile, from 1; 0 when there is none.</param>
/// <param name="Text">The instruction.</param>
/// <param name="Verdict">What became of it.</param>
/// <param name="Inputs">Numbers of the steps it stands on or reads from.</param>
/// <param name="Definition">Its definition key.</param>
/// <param name="Canonical">Its canonical key, when that was asked for.</param>
public sealed record StepRecord(
    string Kind, string Label, string Stage, int Line, string Text, StepVerdict Verdict, EquatableArray<int> Inputs, CacheKey Definition, CacheKey? Canonical)
{
    /// <summary>Names of the variables that have their value from a build argument.</summary>
    public EquatableArray<string> BuildArguments { get; init; } = [];

    /// <summary>Of an image: its name and id.</summary>
    public string? Image { get; init; }

    /// <summary>Why it was executed, the first difference first; empty when it wasn't.</summary>
    public EquatableArray<string> Reasons { get; init; } = [];
}

/// <summary>What became of a step.</summary>
public enum StepVerdict
{
    /// <summary>Nothing had to look at it.</summary>
    Unused,

    /// <summary>Found in the cache.</summary>
    Cached,

    /// <summary>Executed.</summary>
    Executed,

    /// <summary>Executed, and its result can't be found again.</summary>
    Unrecorded,

    /// <summary>Begun and not finished.</summary>
    Failed,
}
