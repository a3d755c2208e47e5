using System.Text;
using Builder.Oci;
using Builder.Oci.Archives;
using Builder.Oci.Compression;
using Builder.Oci.Tar;
using Builder.Oci.Tests.Archives;

namespace Builder.Fuzzing.Tests.Targets;

/// <summary>Archives of docker save and OCI layouts as tar.</summary>
internal sealed class ImageArchiveTarget : IFuzzTarget
{
    private static readonly byte[] Layer = new byte[1024];
    private static readonly byte[] Config = Encoding.UTF8.GetBytes($$$"""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["{{{Digest.Sha256(Layer)}}}"]}}""");
    private static readonly byte[] Manifest = Encoding.UTF8.GetBytes(
        $$$"""{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{{Digest.Sha256(Config)}}}","size":{{{Config.Length}}}},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{{{Digest.Sha256(Layer)}}}","size":1024}]}""");

    public string Name => "archives";

    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        Archive(
            ("c.json", Config), ("l/layer.tar", Layer), ("l/VERSION", "1.0"u8.ToArray()),
            ("manifest.json", """[{"Config":"c.json","RepoTags":["x:1"],"Layers":["l/layer.tar"]}]"""u8.ToArray())),
        Archive(
            (Blob(Config), Config), (Blob(Layer), Layer), (Blob(Manifest), Manifest), ("oci-layout", """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray()),
            ("index.json", Encoding.UTF8.GetBytes($$$"""{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{{{Digest.Sha256(Manifest)}}}","size":{{{Manifest.Length}}},"annotations":{"org.opencontainers.image.ref.name":"x:1"}}]}"""))),
    ];

    public IReadOnlyList<string> Words { get; } = [.. TarSeeds.Words, "manifest.json", "index.json", "blobs/sha256/", "\"Layers\":", "null", "[", "{", "}", "]", "repositories"];

    public byte[] Repair(byte[] input) => TarSeeds.Repair(input);

    public void Read(byte[] input)
    {
        try
        {
            IReadOnlyList<LoadedImage> images = new ImageArchiveReader(new LayerCompression()).ReadAsync(new MemoryStream(input), new MemorySink(), new Platform("linux", "amd64"), CancellationToken.None).GetAwaiter().GetResult();
            Assert.NotEmpty(images);
        }
        catch (OciFormatException error)
        {
            Assert.DoesNotContain(error.Message, char.IsControl);
        }
    }

    private static string Blob(byte[] content) => "blobs/sha256/" + Digest.Sha256(content).Hex;

    private static byte[] Archive(params (string Name, byte[] Content)[] files)
    {
        using var bytes = new MemoryStream();
        var writer = new TarWriter(bytes);
        foreach ((string name, byte[] content) in files)
            writer.WriteEntry(new TarEntry { Type = TarEntryType.File, Name = Encoding.UTF8.GetBytes(name), Mode = 0b110_100_100, Size = content.Length }, new MemoryStream(content));
        writer.Complete();
        return bytes.ToArray();
    }
}
