namespace Builder.Executor.Attestations.Packages;

/// <summary>A piece of software that an image says it has.</summary>
/// <param name="Url">Its package URL, which says what kind it is.</param>
/// <param name="Name">As its own kind calls it.</param>
/// <param name="Version">Its version.</param>
/// <param name="Location">The file that says so.</param>
internal sealed record Package(string Url, string Name, string Version, string Location)
{
    /// <summary>The licence in the words of its source, or null.</summary>
    public string? License { get; init; }
}

/// <summary>What a tree has.</summary>
/// <param name="Packages">Sorted, each once.</param>
/// <param name="Notes">What could not be read, and why.</param>
internal sealed record PackageList(IReadOnlyList<Package> Packages, IReadOnlyList<string> Notes);

/// <summary>The distribution of an image, from its os-release.</summary>
/// <param name="Id">Such as <c>debian</c>.</param>
/// <param name="VersionId">Such as <c>12</c>; empty when it has none.</param>
internal sealed record Distribution(string Id, string VersionId)
{
    /// <summary>As package URLs call it.</summary>
    public string Name => VersionId.Length == 0 ? Id : $"{Id}-{VersionId}";
}
