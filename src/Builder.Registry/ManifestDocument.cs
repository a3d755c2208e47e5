using System.Security.Cryptography;
using System.Text.Json;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Oci.Json;

namespace Builder.Registry;

/// <summary>A manifest or an index as it came. Which of the two is said by its type, and its content must not contradict.</summary>
internal sealed class ManifestDocument
{
    internal ManifestDocument(byte[] content, string? contentType)
    {
        Content = content;
        string? type = Known(contentType) ?? Known(DeclaredType(content));
        if (type is null) throw new RegistryException($"the registry answered with the type '{contentType}', which is no supported manifest");
        IsIndex = type is MediaTypes.OciIndex or MediaTypes.DockerManifestList;
    }

    internal byte[] Content { get; }

    internal bool IsIndex { get; }

    internal static bool Matches(byte[] content, Digest digest) => digest.Hex == Convert.ToHexStringLower(
        digest.Algorithm == "sha512" ? SHA512.HashData(content) : SHA256.HashData(content));

    internal ImageManifest ReadManifest()
    {
        ImageManifest manifest = OciJson.ReadManifest(Content);
        RefuseAmbiguity(manifest.Unknown, manifest.MediaType, "manifests");
        return manifest;
    }

    internal ImageIndex ReadIndex()
    {
        ImageIndex index = OciJson.ReadIndex(Content);
        RefuseAmbiguity(index.Unknown, index.MediaType, "layers", "config");
        return index;
    }

    private static string? Known(string? type) =>
        type is MediaTypes.OciIndex or MediaTypes.DockerManifestList or MediaTypes.OciManifest or MediaTypes.DockerManifest ? type : null;

    private static string? DeclaredType(byte[] content)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(content);
            return document.RootElement.TryGetProperty("mediaType", out JsonElement type) ? type.GetString() : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    // One content that two programs could read as two things (CVE-2021-41190).
    private void RefuseAmbiguity(Dictionary<string, JsonElement>? unknown, string? declared, params ReadOnlySpan<string> foreign)
    {
        bool contradicts = Known(declared) is { } type && (type is MediaTypes.OciIndex or MediaTypes.DockerManifestList) != IsIndex;
        foreach (string name in foreign) contradicts |= unknown?.ContainsKey(name) == true;
        if (contradicts) throw new RegistryException("the manifest can be read both as an image and as an index");
    }
}
