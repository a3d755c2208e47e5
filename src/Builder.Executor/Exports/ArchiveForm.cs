using Builder.Cache.Layers;
using Builder.Oci.Images;

namespace Builder.Executor.Exports;

/// <summary>What can be chosen about an OCI archive.</summary>
/// <param name="Compression">Null for layers as they are stored.</param>
/// <param name="Annotations">Of the manifest, and of the index where there is one.</param>
public sealed record ArchiveForm(CompressionChoice? Compression, ImageAnnotations Annotations)
{
    /// <summary>Nothing chosen.</summary>
    public static ArchiveForm AsStored { get; } = new(null, ImageAnnotations.None);
}
