using System.Text.Json.Nodes;
using Builder.Oci.Archives;
using Builder.Oci.Images;

namespace Builder.Oci.Tests.Archives;

public class ArchiveIndexTests
{
    private static readonly byte[] Common = Sample.LayerTar("common", "c");
    private static readonly byte[] Own = Sample.LayerTar("own", "o");

    [Fact]
    public async Task An_index_has_an_image_for_each_platform_and_a_shared_layer_once()
    {
        byte[] archive = await PackAsync(new ImageAnnotations([]));
        JsonNode index = Nested(archive);
        Assert.Equal(["linux/amd64", "linux/arm/v7"], index["manifests"]!.AsArray().Select(m => PlatformOf(m!)));
        Assert.Single(Names(archive), name => name == $"blobs/sha256/{Digest.Sha256(Common).Hex}");
        Assert.Equal(2, (await Sample.LoadAsync(archive, "linux/amd64")).Images[0].Layers.Count);
        LoadedImage arm = (await Sample.LoadAsync(archive, "linux/arm/v7")).Images[0];
        Assert.Equal(("docker.io/library/x:1", 1), (Assert.Single(arm.Names).ToString(), arm.Layers.Count));
        Assert.Equal(archive, await PackAsync(new ImageAnnotations([])));
    }

    [Fact]
    public async Task Annotations_go_where_they_belong()
    {
        byte[] archive = await PackAsync(new ImageAnnotations(
        [
            new(AnnotationKind.Index, null, "i", "1"), new(AnnotationKind.IndexDescriptor, null, "id", "2"), new(AnnotationKind.ManifestDescriptor, null, "md", "all"),
            new(AnnotationKind.ManifestDescriptor, Platform.Parse("linux/arm"), "md", "arm"), new(AnnotationKind.Manifest, Platform.Parse("linux/s390x"), "no", "no"),
        ]));
        JsonNode top = JsonNode.Parse(Read(archive, "index.json"))!;
        Assert.Equal("2", (string?)top["manifests"]![0]!["annotations"]!["id"]);
        JsonNode index = Nested(archive);
        Assert.Equal("1", (string?)index["annotations"]!["i"]);
        Assert.Equal(["all", "arm"], index["manifests"]!.AsArray().Select(m => (string?)m!["annotations"]!["md"]));
    }

    [Fact]
    public async Task What_is_claimed_of_an_image_is_a_manifest_of_its_own_that_names_the_image()
    {
        byte[] archive = await PackAsync(ImageAnnotations.None, new Attestation("https://spdx.dev/Document", "{\"a\":1}"u8.ToArray()));
        JsonArray entries = Nested(archive)["manifests"]!.AsArray();
        Assert.Equal(["linux/amd64", "linux/arm/v7", "unknown/unknown"], entries.Select(m => PlatformOf(m!)));
        Assert.Equal("attestation-manifest", (string?)entries[2]!["annotations"]!["vnd.docker.reference.type"]);
        Assert.Equal((string?)entries[0]!["digest"], (string?)entries[2]!["annotations"]!["vnd.docker.reference.digest"]);
        JsonNode manifest = Blob(archive, (string)entries[2]!["digest"]!);
        JsonNode layer = manifest["layers"]![0]!;
        Assert.Equal(("application/vnd.in-toto+json", "https://spdx.dev/Document"), ((string?)layer["mediaType"], (string?)layer["annotations"]!["in-toto.io/predicate-type"]));
        JsonNode statement = Blob(archive, (string)layer["digest"]!);
        Assert.Equal("pkg:docker/x@1?platform=linux%2Famd64", (string?)statement["subject"]![0]!["name"]);
        Assert.Equal((string?)entries[0]!["digest"], "sha256:" + (string?)statement["subject"]![0]!["digest"]!["sha256"]);
        Assert.Equal("""{"a":1}""", statement["predicate"]!.ToJsonString());
        Assert.Equal((string?)layer["digest"], (string?)Blob(archive, (string)manifest["config"]!["digest"]!)["rootfs"]!["diff_ids"]![0]);
        Assert.Equal(2, (await Sample.LoadAsync(archive, "linux/amd64")).Images[0].Layers.Count);
    }

    private static async Task<byte[]> PackAsync(ImageAnnotations annotations, params Attestation[] attestations)
    {
        using var output = new MemoryStream();
        PlatformImage amd = new(Platform.Parse("linux/amd64"), Sample.Image([Common, Own])) { Attestations = [.. attestations] };
        PlatformImage arm = new(Platform.Parse("linux/arm"), Sample.Image([Common]));
        await ImageArchiveWriter.WriteIndexAsync(output, new ArchiveIndex([amd, arm], [ImageReference.Parse("x:1")], annotations), CancellationToken.None);
        return output.ToArray();
    }

    private static JsonNode Nested(byte[] archive) => Blob(archive, (string)JsonNode.Parse(Read(archive, "index.json"))!["manifests"]![0]!["digest"]!);

    private static JsonNode Blob(byte[] archive, string digest) => JsonNode.Parse(Read(archive, $"blobs/sha256/{digest["sha256:".Length..]}"))!;

    private static string PlatformOf(JsonNode entry) =>
        string.Join('/', new[] { "os", "architecture", "variant" }.Select(key => (string?)entry["platform"]![key]).OfType<string>());

    private static byte[] Read(byte[] archive, string name) => Entries(archive).Single(entry => entry.Name == name).Content;

    private static IEnumerable<string> Names(byte[] archive) => Entries(archive).Select(entry => entry.Name);

    private static IEnumerable<(string Name, byte[] Content)> Entries(byte[] archive)
    {
        using var reader = new System.Formats.Tar.TarReader(new MemoryStream(archive));
        while (reader.GetNextEntry() is { } entry)
        {
            using var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            yield return (entry.Name.TrimEnd('/'), content.ToArray());
        }
    }
}
