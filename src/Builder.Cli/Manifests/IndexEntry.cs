using System.Collections.Immutable;
using Builder.Oci;
using Builder.Oci.Images;

namespace Builder.Cli.Manifests;

/// <summary>Entries of an index that is being put together: each remembers the name it was taken from, in an annotation that never leaves the store.</summary>
internal static class IndexEntry
{
    private const string SourceAnnotation = "builder.source";

    /// <summary>The entry with where it comes from.</summary>
    public static Descriptor From(Descriptor descriptor, ImageReference source) => descriptor with
    {
        Annotations = (descriptor.Annotations ?? ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal)).SetItem(SourceAnnotation, source.ToString()),
    };

    /// <summary>The name an entry was taken from, or null.</summary>
    public static ImageReference? NameOf(Descriptor descriptor) =>
        descriptor.Annotations?.GetValueOrDefault(SourceAnnotation) is { } name && ImageReference.TryParse(name, out ImageReference? source) ? source : null;

    /// <summary>Where an entry is to be had, or null.</summary>
    public static ImageReference? SourceOf(Descriptor descriptor) => NameOf(descriptor)?.WithDigest(descriptor.Digest);

    /// <summary>The entry as it goes to a registry.</summary>
    public static Descriptor Plain(Descriptor descriptor)
    {
        ImmutableSortedDictionary<string, string>? rest = descriptor.Annotations?.Remove(SourceAnnotation);
        return descriptor with { Annotations = rest is { IsEmpty: false } ? rest : null };
    }

    /// <summary>The index as it goes to a registry: in docker's words when all its entries are, else in OCI's.</summary>
    public static ImageIndex Plain(ImageIndex index) => index with
    {
        MediaType = index.Manifests.All(m => ManifestWriter.IsDockerType(m.MediaType)) ? MediaTypes.DockerManifestList : MediaTypes.OciIndex,
        Manifests = [.. index.Manifests.Select(Plain)],
    };
}
