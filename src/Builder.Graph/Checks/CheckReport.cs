using Builder.Oci.Collections;
using Builder.Parser.Diagnostics;

namespace Builder.Graph.Checks;

/// <summary>What the checks found.</summary>
/// <param name="Findings">In source order, those that are skipped left out.</param>
/// <param name="FindingsAreErrors">Whether <c>check=error=true</c> holds: with findings there is no build.</param>
public sealed record CheckReport(EquatableArray<CheckFinding> Findings, bool FindingsAreErrors)
{
    /// <summary>Whether the build must not go on.</summary>
    public bool FailsBuild => FindingsAreErrors && Findings.Count > 0;

    /// <summary>Whether a finding of the parser comes back as one of a check, so that it needn't be told twice.</summary>
    public static bool Covers(Diagnostic diagnostic) => diagnostic.Code == DiagnosticCodes.EmptyContinuation;
}
