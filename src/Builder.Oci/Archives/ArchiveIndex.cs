using Builder.Oci.Collections;
using Builder.Oci.Images;

namespace Builder.Oci.Archives;

/// <summary>Images of several platforms to be written into an archive under one name.</summary>
/// <param name="Images">In the order of the index.</param>
/// <param name="Names">Tagged names of the index.</param>
/// <param name="Annotations">Of the index, its entries and its descriptor; those of manifests are the images' own.</param>
public sealed record ArchiveIndex(EquatableArray<PlatformImage> Images, EquatableArray<ImageReference> Names, ImageAnnotations Annotations);

/// <summary>An image of one platform.</summary>
/// <param name="Platform">What it is for.</param>
/// <param name="Image">The image; its names are not written.</param>
public sealed record PlatformImage(Platform Platform, ArchiveImage Image)
{
    /// <summary>What is claimed of it.</summary>
    public EquatableArray<Attestation> Attestations { get; init; }
}
