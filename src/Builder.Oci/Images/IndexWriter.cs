using System.Collections.Immutable;
using Builder.Oci.Json;

namespace Builder.Oci.Images;

/// <summary>Puts the images of several platforms together.</summary>
public static class IndexWriter
{
    /// <summary>The entry of an image.</summary>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="platform">What it is for.</param>
    /// <param name="annotations">Of the entry.</param>
    public static Descriptor Entry(Descriptor manifest, Platform platform, ImmutableSortedDictionary<string, string> annotations) =>
        manifest with { Platform = platform, Annotations = annotations.IsEmpty ? null : annotations };

    /// <summary>The index.</summary>
    /// <param name="entries">In order.</param>
    /// <param name="oci">OCI's media type, else docker's, which has no annotations.</param>
    /// <param name="annotations">Of the index.</param>
    public static (byte[] Bytes, Descriptor Descriptor) Write(IEnumerable<Descriptor> entries, bool oci, ImmutableSortedDictionary<string, string> annotations)
    {
        string mediaType = oci ? MediaTypes.OciIndex : MediaTypes.DockerManifestList;
        byte[] bytes = OciJson.WriteIndex(new ImageIndex
        {
            MediaType = mediaType,
            Manifests = [.. entries],
            Annotations = annotations.IsEmpty ? null : annotations,
        });
        return (bytes, new Descriptor { MediaType = mediaType, Digest = Digest.Sha256(bytes), Size = bytes.Length });
    }
}
