using Builder.Oci.Collections;

namespace Builder.Executor.Explaining;

/// <summary>Why a step was executed and not found in the cache.</summary>
/// <param name="Summary">The first input that differs.</param>
/// <param name="Further">Whatever else differs.</param>
/// <param name="Comparison">What it was compared with, or null.</param>
public sealed record MissReason(string Summary, EquatableArray<string> Further, string? Comparison)
{
    /// <summary>There is nothing to compare with.</summary>
    public static MissReason FirstTime { get; } = Of("it is built for the first time");

    /// <summary>A reason that needs no comparison.</summary>
    public static MissReason Of(string summary) => new(summary, [], null);

    /// <summary>On one line.</summary>
    public override string ToString() => Further.Count == 0 ? Summary : $"{Summary} (and {Further.Count} more)";
}
