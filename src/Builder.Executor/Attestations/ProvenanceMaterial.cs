using Builder.Cache;
using Builder.Executor.Attestations.Packages;
using Builder.Graph.Operations;
using Builder.Graph.Sources;
using Builder.Oci;

namespace Builder.Executor.Attestations;

/// <summary>Something from outside that went into a result.</summary>
/// <param name="Uri">What it is called, without credentials.</param>
/// <param name="Algorithm">Of its digest.</param>
/// <param name="Hex">Its digest; empty when it is an image that no registry has given one.</param>
internal sealed record ProvenanceMaterial(string Uri, string Algorithm, string Hex)
{
    /// <summary>The material that a vertex brings, or null when it brings none.</summary>
    /// <param name="operation">What it does, sources pinned.</param>
    /// <param name="store">Knows what images are called in registries.</param>
    public static ProvenanceMaterial? Of(Operation operation, BuilderStore store) => operation switch
    {
        ImageOperation image => OfImage(image, store),
        GitOperation git => new ProvenanceMaterial(
            UrlText.Redacted(git.Remote) + (git.Ref is null ? "" : "#" + git.Ref), git.Commit?.Length == 64 ? "sha256" : "sha1", git.Commit ?? ""),
        HttpOperation { Digest: { } digest } http => new ProvenanceMaterial(UrlText.Redacted(http.Url), digest.Algorithm, digest.Hex),
        _ => null,
    };

    private static ProvenanceMaterial OfImage(ImageOperation image, BuilderStore store)
    {
        ImageReference reference = ImageReference.Parse(image.Reference);
        Platform? platform = store.Images.Find(image.ConfigDigest)?.Platform;
        string uri = PackageUrl.Of("docker", reference.FamiliarRepository, reference.Tag ?? reference.Digest?.ToString() ?? "", ("platform", platform?.ToString() ?? ""));
        Digest? known = reference.Digest
            ?? store.Images.NamesOf(image.ConfigDigest).FirstOrDefault(name => name.Digest is not null && name.Repository == reference.Repository)?.Digest;
        return new ProvenanceMaterial(uri, known?.Algorithm ?? "sha256", known?.Hex ?? "");
    }
}
