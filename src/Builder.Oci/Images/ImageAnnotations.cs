using System.Collections.Immutable;
using Builder.Oci.Collections;

namespace Builder.Oci.Images;

/// <summary>What a builder was asked to write on manifests, indexes and the descriptors of both.</summary>
/// <param name="All">In the order they were given: of one name the last counts, and what is for one platform before what is for all.</param>
public sealed record ImageAnnotations(EquatableArray<ImageAnnotation> All)
{
    /// <summary>None.</summary>
    public static ImageAnnotations None { get; } = new([]);

    /// <summary>The first that only an index can carry, or null.</summary>
    public ImageAnnotation? FirstOfIndex => All.FirstOrDefault(annotation => annotation.Kind != AnnotationKind.Manifest);

    /// <summary>With more, which win.</summary>
    public ImageAnnotations With(ImageAnnotations more) => new([.. All, .. more.All]);

    /// <summary>Those for one place.</summary>
    /// <param name="kind">What they are written on.</param>
    /// <param name="platform">Of the image; null for what isn't of one platform.</param>
    public ImmutableSortedDictionary<string, string> Of(AnnotationKind kind, Platform? platform)
    {
        var result = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (ImageAnnotation annotation in All.Where(a => a.Kind == kind).OrderBy(a => a.Platform is not null))
        {
            if (annotation.Platform is null || annotation.Platform == platform) result[annotation.Name] = annotation.Value;
        }

        return result.ToImmutable();
    }
}

/// <summary>One annotation.</summary>
/// <param name="Kind">What it is written on.</param>
/// <param name="Platform">The only platform it is for, or null.</param>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
public sealed record ImageAnnotation(AnnotationKind Kind, Platform? Platform, string Name, string Value);

/// <summary>What can be annotated.</summary>
public enum AnnotationKind
{
    /// <summary>The manifest of an image.</summary>
    Manifest,

    /// <summary>The index.</summary>
    Index,

    /// <summary>The entry of an image in the index.</summary>
    ManifestDescriptor,

    /// <summary>What an OCI layout says of the index.</summary>
    IndexDescriptor,
}
