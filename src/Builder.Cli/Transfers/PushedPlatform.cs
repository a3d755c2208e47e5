using Builder.Cache.Layers;
using Builder.Oci;
using Builder.Oci.Collections;
using Builder.Oci.Images;

namespace Builder.Cli.Transfers;

/// <summary>An image that is to be sent.</summary>
/// <param name="Platform">What it is for.</param>
/// <param name="ConfigBytes">Its config.</param>
/// <param name="Layers">Its layers, base first.</param>
internal sealed record PushedPlatform(Platform Platform, ReadOnlyMemory<byte> ConfigBytes, EquatableArray<LayerBlob> Layers)
{
    /// <summary>What is claimed of it.</summary>
    public EquatableArray<Attestation> Attestations { get; init; }
}
