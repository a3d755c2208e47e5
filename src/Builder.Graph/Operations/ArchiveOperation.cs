using Builder.Oci;

namespace Builder.Graph.Operations;

/// <summary>What is in an archive that was taken into the store. No inputs.</summary>
/// <param name="Digest">Of the archive as it came, compressed or not.</param>
public sealed record ArchiveOperation(Digest Digest) : Operation;
