namespace Builder.Oci.Images;

/// <summary>What is claimed of an image: a list of its contents, or how it was made.</summary>
/// <param name="PredicateType">Which kind of claim, as a URL.</param>
/// <param name="Predicate">The claim, a JSON object.</param>
public sealed record Attestation(string PredicateType, ReadOnlyMemory<byte> Predicate)
{
    /// <summary>What the file is called that holds it beside the files of an image; null when it is for images only.</summary>
    public string? FileName { get; init; }
}
