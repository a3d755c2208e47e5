using Builder.Oci;

namespace Builder.Registry.Pushing;

/// <summary>What a registry says it has stored.</summary>
internal static class DigestHeader
{
    /// <summary>Null when it says nothing, or nothing sensible.</summary>
    internal static Digest? Find(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Docker-Content-Digest", out IEnumerable<string>? values) && Digest.TryParse(values.First(), out Digest digest) ? digest : null;
}
