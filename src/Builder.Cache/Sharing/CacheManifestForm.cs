using Builder.Oci;
using Builder.Oci.Images;
using Builder.Oci.Json;

namespace Builder.Cache.Sharing;

/// <summary>How the envelope of a shared cache looks.</summary>
/// <param name="IsImage">A manifest like an image's, which every registry takes; else an index that names blobs, as older BuildKits write it.</param>
/// <param name="OciTypes">OCI's media type for the index; else docker's. A manifest has OCI's always.</param>
public sealed record CacheManifestForm(bool IsImage = true, bool OciTypes = true)
{
    /// <summary>The envelope.</summary>
    public (byte[] Bytes, string MediaType) Write(Descriptor config, IEnumerable<Descriptor> blobs)
    {
        if (IsImage)
        {
            var manifest = new ImageManifest { MediaType = MediaTypes.OciManifest, Config = config, Layers = [.. blobs] };
            return (OciJson.WriteManifest(manifest), MediaTypes.OciManifest);
        }

        string mediaType = OciTypes ? MediaTypes.OciIndex : MediaTypes.DockerManifestList;
        return (OciJson.WriteIndex(new ImageIndex { MediaType = mediaType, Manifests = [.. blobs, config] }), mediaType);
    }
}
