using Builder.Oci;

namespace Builder.Graph.Operations;

/// <summary>A file fetched over HTTP: mode 0600, owner root, with the time the server gives. No inputs.</summary>
/// <param name="Url">Where it is.</param>
/// <param name="FileName">Its name in the tree.</param>
public sealed record HttpOperation(string Url, string FileName) : Operation
{
    /// <summary>What it must be, or what it was found to be; null when that isn't known yet.</summary>
    public Digest? Digest { get; init; }

    /// <summary>Whether the file is an archive and the tree is what is in it.</summary>
    public bool Unpack { get; init; }
}
