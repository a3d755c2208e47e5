using System.Text;
using Builder.Oci;

namespace Builder.Cache.Layers;

/// <summary>Names a stack of layers by the digests of all of them (OCI image-spec, config.md).</summary>
internal static class ChainId
{
    /// <summary>The chain ids of all stacks that begin at the bottom: the first has one layer, the last has all.</summary>
    internal static List<Digest> Compute(IEnumerable<Digest> diffIds)
    {
        List<Digest> chain = [];
        foreach (Digest diffId in diffIds)
            chain.Add(chain.Count == 0 ? diffId : Digest.Sha256(Encoding.ASCII.GetBytes($"{chain[^1]} {diffId}")));
        return chain;
    }
}
