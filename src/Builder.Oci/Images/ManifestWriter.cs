using System.Collections.Immutable;
using Builder.Oci.Collections;
using Builder.Oci.Json;

namespace Builder.Oci.Images;

/// <summary>Puts manifests together, in OCI's or docker's words.</summary>
public static class ManifestWriter
{
    /// <summary>Whether docker's words have no name for a layer: its types end with gzip.</summary>
    public static bool NeedsOciTypes(IEnumerable<string> layerTypes) => layerTypes.Any(type => type.EndsWith("zstd", StringComparison.Ordinal));

    /// <summary>Whether a media type is one of docker's.</summary>
    public static bool IsDockerType(string mediaType) => mediaType.StartsWith("application/vnd.docker.", StringComparison.Ordinal);

    /// <summary>The manifest of an image.</summary>
    /// <param name="config">Digest and size of the config.</param>
    /// <param name="layers">Base first, with media types of either kind.</param>
    /// <param name="oci">OCI's media types, else docker's.</param>
    /// <param name="annotations">Of the manifest; docker's has none.</param>
    public static (byte[] Bytes, Descriptor Descriptor) Write(Descriptor config, EquatableArray<Descriptor> layers, bool oci, ImmutableSortedDictionary<string, string> annotations)
    {
        string mediaType = oci ? MediaTypes.OciManifest : MediaTypes.DockerManifest;
        byte[] bytes = OciJson.WriteManifest(new ImageManifest
        {
            MediaType = mediaType,
            Config = config with { MediaType = oci ? MediaTypes.OciConfig : MediaTypes.DockerConfig },
            Layers = [.. layers.Select(layer => layer with { MediaType = oci ? ToOci(layer.MediaType) : ToDocker(layer.MediaType) })],
            Annotations = annotations.IsEmpty ? null : annotations,
        });
        return (bytes, new Descriptor { MediaType = mediaType, Digest = Digest.Sha256(bytes), Size = bytes.Length });
    }

    private static string ToOci(string mediaType) => mediaType switch
    {
        MediaTypes.DockerLayer => MediaTypes.OciLayer,
        MediaTypes.DockerLayerGzip => MediaTypes.OciLayerGzip,
        _ => mediaType,
    };

    private static string ToDocker(string mediaType) => mediaType switch
    {
        MediaTypes.OciLayer => MediaTypes.DockerLayer,
        MediaTypes.OciLayerGzip => MediaTypes.DockerLayerGzip,
        _ => mediaType,
    };
}
