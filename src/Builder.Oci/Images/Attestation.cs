namespace Builder.Oci.Images;

/// <summary>What is claimed of an image: a list of its contents, or how it was made.</summary>
/// <param name="PredicateType">Which kind of claim, as a URL.</param>
/// <param name="Predicate">The claim, a JSON object.</param>
public sealed record Attestation(string PredicateType, ReadOnlyMemory<byte> Predicate);
