using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using Builder.Oci.Json;

namespace Builder.Oci.Images;

/// <summary>
/// The manifest that carries what is claimed of an image, laid out as BuildKit does (docs/attestations/attestation-storage.md): each layer is an
/// in-toto statement, and the entry in the index names the image.
/// </summary>
/// <param name="Entry">For the index.</param>
/// <param name="Documents">All that has to be stored, the manifest last.</param>
public sealed record AttestationManifest(Descriptor Entry, ImmutableArray<(Descriptor Descriptor, byte[] Content)> Documents)
{
    /// <summary>Media type of a statement.</summary>
    public const string StatementType = "application/vnd.in-toto+json";

    private const string Statement = "https://in-toto.io/Statement/v0.1";
    private const string PredicateAnnotation = "in-toto.io/predicate-type";
    private const string ReferenceType = "vnd.docker.reference.type";
    private const string ReferenceDigest = "vnd.docker.reference.digest";

    /// <summary>Writes it.</summary>
    /// <param name="image">The manifest of the image.</param>
    /// <param name="platform">What the image is for.</param>
    /// <param name="names">Names of the image; they become the subjects of the statements.</param>
    /// <param name="attestations">At least one.</param>
    public static AttestationManifest Write(Descriptor image, Platform platform, IEnumerable<ImageReference> names, IEnumerable<Attestation> attestations)
    {
        var documents = ImmutableArray.CreateBuilder<(Descriptor, byte[])>();
        (string, Digest)[] subjects = [.. names.Select(name => PackageUrl(name, platform)).DefaultIfEmpty("_").Select(name => (name, image.Digest))];
        foreach (Attestation attestation in attestations)
        {
            byte[] statement = WriteStatement(attestation, subjects);
            Descriptor layer = DescriptorOf(StatementType, statement) with { Annotations = Map((PredicateAnnotation, attestation.PredicateType)) };
            documents.Add((layer, statement));
        }

        Descriptor[] layers = [.. documents.Select(document => document.Item1)];
        byte[] config = OciJson.WriteConfig(new ImageConfig
        {
            Architecture = "unknown",
            Os = "unknown",
            Config = new ContainerConfig(),
            RootFs = new RootFs { DiffIds = [.. layers.Select(layer => layer.Digest)] },
        });
        Descriptor configDescriptor = DescriptorOf(MediaTypes.OciConfig, config);
        (byte[] manifest, Descriptor descriptor) = ManifestWriter.Write(configDescriptor, [.. layers], oci: true, Map());
        documents.Add((configDescriptor, config));
        documents.Add((descriptor, manifest));
        Descriptor entry = descriptor with
        {
            Platform = new Platform("unknown", "unknown"),
            Annotations = Map((ReferenceDigest, image.Digest.ToString()), (ReferenceType, "attestation-manifest")),
        };
        return new AttestationManifest(entry, documents.ToImmutable());
    }

    /// <summary>An in-toto statement.</summary>
    /// <param name="attestation">What it claims.</param>
    /// <param name="subjects">Of what, each with its name.</param>
    public static byte[] WriteStatement(Attestation attestation, IEnumerable<(string Name, Digest Digest)> subjects)
    {
        using var content = new MemoryStream();
        using (var json = new Utf8JsonWriter(content, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("_type", Statement);
            json.WriteString("predicateType", attestation.PredicateType);
            json.WriteStartArray("subject");
            foreach ((string name, Digest digest) in subjects)
            {
                json.WriteStartObject();
                json.WriteString("name", name);
                json.WriteStartObject("digest");
                json.WriteString(digest.Algorithm, digest.Hex);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WritePropertyName("predicate");
            json.WriteRawValue(attestation.Predicate.Span);
            json.WriteEndObject();
        }

        return content.ToArray();
    }

    // https://github.com/package-url/purl-spec: the type docker, with the platform as a qualifier.
    private static string PackageUrl(ImageReference name, Platform platform) =>
        $"pkg:docker/{name.FamiliarRepository}@{name.Tag}?platform={Uri.EscapeDataString(platform.ToString())}";

    private static Descriptor DescriptorOf(string mediaType, byte[] content) => new() { MediaType = mediaType, Digest = Digest.Sha256(content), Size = content.Length };

    private static ImmutableSortedDictionary<string, string> Map(params ReadOnlySpan<(string Key, string Value)> items)
    {
        var map = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach ((string key, string value) in items) map[key] = value;
        return map.ToImmutable();
    }
}
