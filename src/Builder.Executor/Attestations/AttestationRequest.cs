using System.Collections.Immutable;

namespace Builder.Executor.Attestations;

/// <summary>Which claims about the result are wanted (<c>--attest</c>, <c>--sbom</c>, <c>--provenance</c>).</summary>
public sealed record AttestationRequest
{
    /// <summary>Whether its contents are to be listed.</summary>
    public bool Sbom { get; init; }

    /// <summary>How it was made, or null.</summary>
    public ProvenanceRequest? Provenance { get; init; }

    /// <summary>Name and version of this program.</summary>
    public string Tool { get; init; } = "builder";
}

/// <summary>What is to be told about how a result was made.</summary>
public sealed record ProvenanceRequest
{
    /// <summary>With parameters and steps.</summary>
    public bool IsFull { get; init; } = true;

    /// <summary>SLSA 0.2 instead of 1.</summary>
    public bool IsOldVersion { get; init; }

    /// <summary>Who vouches for it; empty when nobody said.</summary>
    public string BuilderId { get; init; } = "";

    /// <summary>Whether the caller claims that building again gives the same.</summary>
    public bool IsReproducible { get; init; }

    /// <summary>Name of the file where claims become files.</summary>
    public string FileName { get; init; } = "provenance.json";

    /// <summary>Whether it stays out of results that are files.</summary>
    public bool IsInlineOnly { get; init; }

    /// <summary>The Dockerfile.</summary>
    public string EntryPoint { get; init; } = "Dockerfile";

    /// <summary>Parameters as BuildKit's frontend calls them: <c>target</c>, <c>build-arg:NAME</c> ... None of them a secret.</summary>
    public ImmutableSortedDictionary<string, string> Parameters { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}
