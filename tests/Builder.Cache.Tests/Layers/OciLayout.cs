using System.Text;
using Builder.Cache.Layers;
using Builder.Oci;

namespace Builder.Cache.Tests.Layers;

/// <summary>The smallest OCI layout that holds one layer, with the tag <c>t</c>, for other tools to read.</summary>
internal static class OciLayout
{
    internal static void Write(string directory, string layerFile, LayerBlob layer)
    {
        Directory.CreateDirectory(Path.Combine(directory, "blobs", "sha256"));
        File.Copy(layerFile, Path.Combine(directory, "blobs", "sha256", layer.BlobDigest.Hex));
        string config = $$$"""{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["{{{layer.DiffId}}}"]},"history":[{"created_by":"test"}]}""";
        (Digest configDigest, int configSize) = Put(directory, config);
        string manifest = $$$"""{"schemaVersion":2,"mediaType":"{{{MediaTypes.OciManifest}}}","config":{"mediaType":"{{{MediaTypes.OciConfig}}}","digest":"{{{configDigest}}}","size":{{{configSize}}}},"layers":[{"mediaType":"{{{MediaTypes.OciLayer}}}","digest":"{{{layer.BlobDigest}}}","size":{{{layer.Size}}}}]}""";
        (Digest manifestDigest, int manifestSize) = Put(directory, manifest);
        File.WriteAllText(Path.Combine(directory, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
        File.WriteAllText(
            Path.Combine(directory, "index.json"),
            $$$"""{"schemaVersion":2,"manifests":[{"mediaType":"{{{MediaTypes.OciManifest}}}","digest":"{{{manifestDigest}}}","size":{{{manifestSize}}},"annotations":{"org.opencontainers.image.ref.name":"t"}}]}""");
    }

    private static (Digest Digest, int Size) Put(string directory, string text)
    {
        byte[] content = Encoding.UTF8.GetBytes(text);
        Digest digest = Digest.Sha256(content);
        File.WriteAllBytes(Path.Combine(directory, "blobs", "sha256", digest.Hex), content);
        return (digest, content.Length);
    }
}
