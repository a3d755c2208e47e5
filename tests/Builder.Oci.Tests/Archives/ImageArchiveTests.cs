using System.Text;
using System.Text.Json;
using Builder.Oci.Archives;
using Builder.Oci.Tar;
using Builder.Oci.Tests.Tools;

namespace Builder.Oci.Tests.Archives;

public class ImageArchiveTests
{
    private static readonly byte[] Base = Sample.LayerTar("base", "1");
    private static readonly byte[] Upper = Sample.LayerTar("upper", "22");

    [Theory]
    [InlineData(ImageArchiveFormat.Docker)]
    [InlineData(ImageArchiveFormat.Oci)]
    public async Task What_is_packed_is_loaded_again(ImageArchiveFormat format)
    {
        ArchiveImage first = Sample.Image([Base, Upper], "a", "registry.example:5000/b/c:v1");
        ArchiveImage second = Sample.Image([Base]);
        byte[] archive = await Sample.PackAsync(format, first, second);
        (IReadOnlyList<LoadedImage> images, MemorySink sink) = await Sample.LoadAsync(archive);
        Assert.Equal(2, images.Count);
        Assert.Equal(first.ConfigBytes.ToArray(), images[0].ConfigBytes.ToArray());
        Assert.Equal(["docker.io/library/a:latest", "registry.example:5000/b/c:v1"], images[0].Names.Select(n => n.ToString()));
        Assert.Empty(images[1].Names);
        Assert.Equal([Digest.Sha256(Base), Digest.Sha256(Upper)], images[0].Layers.Select(l => l.DiffId));
        Assert.All(images[0].Layers, layer => Assert.Equal((MediaTypes.OciLayer, layer.DiffId, (long)sink.Blobs[layer.DiffId].Length), (layer.Blob.MediaType, layer.Blob.Digest, layer.Blob.Size)));
        Assert.Equal(["/bin/sh"], images[0].Config.Config.Cmd!.Value);
        Assert.Equal(archive, await Sample.PackAsync(format, first, second));
    }

    [Fact]
    public async Task A_docker_archive_has_each_blob_once_and_documents_first()
    {
        byte[] archive = await Sample.PackAsync(ImageArchiveFormat.Docker, Sample.Image([Base, Upper], "a"), Sample.Image([Base], "b"));
        List<TarEntry> entries = [];
        byte[]? manifest = null;
        using var reader = new TarReader(new MemoryStream(archive));
        while (reader.ReadEntry() is { } entry)
        {
            entries.Add(entry);
            if (entry.ToString() != "manifest.json") continue;
            using var copy = new MemoryStream();
            reader.Content.CopyTo(copy);
            manifest = copy.ToArray();
        }

        Assert.Equal(["oci-layout", "index.json", "manifest.json", "blobs", "blobs/sha256"], entries.Take(5).Select(e => e.ToString()));
        Assert.Equal(11, entries.Count);
        Assert.Equal(entries.Count, entries.Select(e => e.ToString()).Distinct(StringComparer.Ordinal).Count());
        Assert.All(entries, e => Assert.Equal((e.Type == TarEntryType.Directory ? 0x1ed : 0x124, 0, 0, 0), (e.Mode, e.Uid, e.Gid, e.ModifiedSeconds)));
        using JsonDocument document = JsonDocument.Parse(manifest!);
        JsonElement image = document.RootElement[0];
        Assert.Equal("a:latest", image.GetProperty("RepoTags")[0].GetString());
        Assert.Equal("blobs/sha256/" + Digest.Sha256(Base).Hex, image.GetProperty("Layers")[0].GetString());
        Assert.StartsWith("blobs/sha256/", image.GetProperty("Config").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_oci_archive_keeps_compressed_layers_and_a_docker_archive_refuses_them()
    {
        byte[] gzip = Sample.Gzip(Base);
        var image = new ArchiveImage(Sample.ConfigOf(Base), [Sample.Layer(Base, gzip, MediaTypes.DockerLayerGzip)], []);
        (IReadOnlyList<LoadedImage> images, _) = await Sample.LoadAsync(await Sample.PackAsync(ImageArchiveFormat.Oci, image));
        LoadedLayer layer = Assert.Single(Assert.Single(images).Layers);
        Assert.Equal((MediaTypes.OciLayerGzip, Digest.Sha256(gzip), Digest.Sha256(Base)), (layer.Blob.MediaType, layer.Blob.Digest, layer.DiffId));
        await Assert.ThrowsAsync<ArgumentException>(() => Sample.PackAsync(ImageArchiveFormat.Docker, image));
    }

    [Fact]
    public async Task Images_that_do_not_fit_together_are_not_written()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Sample.PackAsync(ImageArchiveFormat.Oci, Sample.Image([Base]) with { Layers = [] }));
        await Assert.ThrowsAsync<ArgumentException>(() => Sample.PackAsync(ImageArchiveFormat.Oci, Sample.Image([Base], "a@" + Digest.Sha256(Base))));
        ArchiveLayer layer = Sample.Layer(Base, Base, MediaTypes.OciLayer);
        ArchiveLayer shrunk = layer with { Descriptor = layer.Descriptor with { Size = Base.Length - 1 } };
        await Assert.ThrowsAsync<OciFormatException>(() => Sample.PackAsync(ImageArchiveFormat.Oci, Sample.Image([Base]) with { Layers = [shrunk] }));
    }

    [Fact]
    public async Task An_archive_of_old_docker_with_linked_layers_is_loaded()
    {
        byte[] config = Sample.ConfigOf(Base, Upper, Base);
        byte[] archive = Sample.Tar(
            ("repositories", "{}"u8.ToArray()),
            ("aaa/VERSION", "1.0"u8.ToArray()), ("aaa/json", "{}"u8.ToArray()), ("aaa/layer.tar", Base),
            ("bbb/layer.tar", Sample.Gzip(Upper)),
            ("ccc/layer.tar", "../aaa/layer.tar"),
            ("./cfg.json", config),
            ("manifest.json", Encoding.UTF8.GetBytes("""[{"Config":"cfg.json","RepoTags":null,"Layers":["aaa/layer.tar","bbb/layer.tar","ccc/layer.tar"]}]""")));
        (IReadOnlyList<LoadedImage> images, MemorySink sink) = await Sample.LoadAsync(Sample.Gzip(archive));
        LoadedImage image = Assert.Single(images);
        Assert.Equal([Digest.Sha256(Base), Digest.Sha256(Upper), Digest.Sha256(Base)], image.Layers.Select(l => l.DiffId));
        Assert.Equal(MediaTypes.OciLayerGzip, image.Layers[1].Blob.MediaType);
        Assert.Equal(image.Layers[0], image.Layers[2]);
        Assert.Equal(3, sink.Blobs.Count);
    }

    [Fact]
    public async Task The_manifest_of_the_asked_platform_is_chosen_and_attestations_are_passed_over()
    {
        byte[] amd = Sample.ConfigOf(Base);
        byte[] arm = Sample.ConfigOf(Upper);
        (string amdManifest, string amdPath, byte[] amdBytes) = Manifest(amd, Base);
        (string armManifest, string armPath, byte[] armBytes) = Manifest(arm, Upper);
        byte[] nested = Encoding.UTF8.GetBytes("{\"schemaVersion\":2,\"manifests\":[" + amdManifest.Replace("SUFFIX", ",\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"}", StringComparison.Ordinal)
            + "," + armManifest.Replace("SUFFIX", ",\"platform\":{\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":\"v6\"}", StringComparison.Ordinal)
            + "," + armManifest.Replace("SUFFIX", ",\"platform\":{\"os\":\"unknown\",\"architecture\":\"unknown\"},\"annotations\":{\"vnd.docker.reference.type\":\"attestation-manifest\"}", StringComparison.Ordinal) + "]}");
        byte[] archive = Sample.Tar(
            ("oci-layout", "{}"u8.ToArray()),
            ("index.json", Encoding.UTF8.GetBytes($$$"""{"schemaVersion":2,"manifests":[{"mediaType":"{{{MediaTypes.OciIndex}}}","digest":"{{{Digest.Sha256(nested)}}}","size":{{{nested.Length}}},"annotations":{"org.opencontainers.image.ref.name":"x:1"}}]}""")),
            (Path(nested), nested), (amdPath, amdBytes), (armPath, armBytes), (Path(amd), amd), (Path(arm), arm), (Path(Base), Base), (Path(Upper), Upper));
        Assert.Equal(amd, (await Sample.LoadAsync(archive)).Images[0].ConfigBytes.ToArray());
        LoadedImage chosen = (await Sample.LoadAsync(archive, "linux/arm/v7")).Images[0];
        Assert.Equal(arm, chosen.ConfigBytes.ToArray());
        Assert.Equal("docker.io/library/x:1", Assert.Single(chosen.Names).ToString());
        OciFormatException error = await Assert.ThrowsAsync<OciFormatException>(() => Sample.LoadAsync(archive, "linux/riscv64"));
        Assert.Contains("linux/riscv64; it has linux/amd64, linux/arm/v6", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damaged_and_hostile_archives_are_refused_with_the_reason()
    {
        byte[] config = Sample.ConfigOf(Base);
        byte[] manifest = "[{\"Config\":\"c.json\",\"Layers\":[\"l\"]}]"u8.ToArray();
        await RefusedAsync("no image archive", Sample.Tar(("etc/passwd", "x"u8.ToArray())));
        await RefusedAsync("older than 1.10", Sample.Tar(("repositories", "{}"u8.ToArray())));
        await RefusedAsync("oci-layout", Sample.Tar(("index.json", "{}"u8.ToArray())));
        await RefusedAsync("names no image", Sample.Tar(("manifest.json", "[]"u8.ToArray())));
        await RefusedAsync("null", Sample.Tar(("manifest.json", "[null]"u8.ToArray())));
        await RefusedAsync("names no image", Sample.Tar(("manifest.json", "null"u8.ToArray())));
        await RefusedAsync("without a config", Sample.Tar(("manifest.json", "[{}]"u8.ToArray())));
        await RefusedAsync("'c.json', which is not in the archive", Sample.Tar(("manifest.json", manifest)));
        await RefusedAsync("'l', which is not in the archive", Sample.Tar(("manifest.json", manifest), ("c.json", config)));
        await RefusedAsync("damaged", Sample.Tar(("manifest.json", manifest), ("c.json", config), ("l", Upper)));
        await RefusedAsync("damaged", Sample.Tar(("manifest.json", manifest), ("c.json", config), ("l", Sample.Gzip(Upper))));
        await RefusedAsync("damaged", Sample.Tar(("manifest.json", manifest), ("c.json", config), ("l", Sample.Gzip(Base)[..^9])));
        await RefusedAsync("gives 1 layers", Sample.Tar(("manifest.json", manifest), ("c.json", Sample.ConfigOf(Base, Upper)), ("l", Base)));
        await RefusedAsync("leads nowhere", Sample.Tar(("manifest.json", manifest), ("c.json", "d"), ("d", "c.json")));
        await RefusedAsync("out of the archive", Sample.Tar(("manifest.json", manifest), ("c.json", "../../etc/passwd")));
        await RefusedAsync("out of the archive", Sample.Tar(("../x", manifest)));
        await RefusedAsync("has the digest", Sample.Tar(("blobs/sha256/" + new string('0', 64), config)));
        await RefusedAsync("tagged name", Sample.Tar(("manifest.json", "[{\"Config\":\"c.json\",\"RepoTags\":[\"UPPER\"],\"Layers\":[\"l\"]}]"u8.ToArray()), ("c.json", config), ("l", Base)));
        await RefusedAsync("larger than", Sample.Tar(("manifest.json", new byte[(4 << 20) + 1])));
        await RefusedAsync("larger than", Sample.Tar(("manifest.json", manifest), ("c.json", new byte[(4 << 20) + 1])));
        await RefusedAsync("truncated", (await Sample.PackAsync(ImageArchiveFormat.Docker, Sample.Image([Base])))[..4000]);
        await RefusedAsync("xz", [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, 0]);
        await RefusedAsync("truncated", Encoding.ASCII.GetBytes("hello"));
    }

    [Theory]
    [InlineData("sha512")]
    [InlineData("missing")]
    [InlineData("size")]
    [InlineData("nested")]
    [InlineData("empty")]
    [InlineData("link")]
    public async Task Layouts_that_can_not_be_verified_are_refused(string fault)
    {
        byte[] config = Sample.ConfigOf(Base);
        (string manifest, string path, byte[] bytes) = Manifest(config, Base);
        string descriptor = fault switch
        {
            "sha512" => manifest.Replace("sha256:" + Digest.Sha256(bytes).Hex, "sha512:" + new string('a', 128), StringComparison.Ordinal),
            "nested" => manifest.Replace(MediaTypes.OciManifest, MediaTypes.OciIndex, StringComparison.Ordinal),
            _ => manifest,
        };
        if (fault == "size") (_, path, bytes) = Manifest(config, Base, extra: 1);
        if (fault == "size") descriptor = manifest.Replace(Digest.Sha256(Manifest(config, Base).Bytes).Hex, Digest.Sha256(bytes).Hex, StringComparison.Ordinal);
        List<(string Name, object Content)> entries =
        [
            ("oci-layout", "{}"u8.ToArray()),
            ("index.json", Encoding.UTF8.GetBytes("{\"schemaVersion\":2,\"manifests\":[" + (fault == "empty" ? "" : descriptor.Replace("SUFFIX", "", StringComparison.Ordinal)) + "]}")),
            (Path(config), config), (path, bytes),
        ];
        if (fault == "link") entries.Add(("blobs/sha256/" + Digest.Sha256(Base).Hex, "../../oci"));
        if (fault == "link") entries.Add(("oci", Upper));
        else if (fault != "missing") entries.Add((Path(Base), Base));
        OciFormatException error = await Assert.ThrowsAsync<OciFormatException>(() => Sample.LoadAsync(Sample.Tar([.. entries])));
        Assert.Contains(fault switch { "sha512" => "only sha256", "missing" => "is not in the archive", "size" => "bytes where", "nested" => "no image", "empty" => "names no image", _ => "not what the archive keeps" }, error.Message, StringComparison.Ordinal);
    }

    [ToolFact("skopeo")]
    public async Task Skopeo_reads_what_is_packed_and_its_archives_are_loaded()
    {
        using var scratch = new ScratchDirectory();
        ArchiveImage image = Sample.Image([Base, Upper, Base], "busybox:v1");
        await File.WriteAllBytesAsync(scratch["docker.tar"], await Sample.PackAsync(ImageArchiveFormat.Docker, image));
        await File.WriteAllBytesAsync(scratch["oci.tar"], await Sample.PackAsync(ImageArchiveFormat.Oci, image));
        Tool.Shell(scratch.Path, """
            skopeo --insecure-policy copy -q docker-archive:docker.tar:busybox:v1 docker-archive:again.tar:busybox:v2
            skopeo --insecure-policy copy -q oci-archive:oci.tar oci-archive:again-oci.tar:busybox:v3
            skopeo --insecure-policy copy -q oci-archive:oci.tar oci:layout:v4 && tar -C layout -cf layout.tar .
            """);
        foreach ((string file, string? name) in (ReadOnlySpan<(string, string?)>)[("again.tar", "docker.io/library/busybox:v2"), ("again-oci.tar", "docker.io/library/busybox:v3"), ("layout.tar", null)])
        {
            LoadedImage loaded = Assert.Single(Sample.LoadAsync(File.ReadAllBytes(scratch[file])).GetAwaiter().GetResult().Images);
            Assert.Equal(image.ConfigBytes.ToArray(), loaded.ConfigBytes.ToArray());
            Assert.Equal(name, loaded.Names.SingleOrDefault()?.ToString());
        }
    }

    [ToolFact("skopeo", "umoci", "xz", "bzip2", "zstd")]
    public async Task Archives_compressed_as_a_whole_are_loaded_when_the_codec_is_there()
    {
        using var scratch = new ScratchDirectory();
        await File.WriteAllBytesAsync(scratch["a.tar"], await Sample.PackAsync(ImageArchiveFormat.Oci, Sample.Image([Base], "x")));
        Tool.Shell(scratch.Path, "bzip2 -k a.tar; xz -k a.tar; zstd -q a.tar; mkdir l; tar -C l -xf a.tar; umoci unpack --rootless --image l:latest bundle; test -f bundle/rootfs/etc/base");
        Assert.Single((await Sample.LoadAsync(await File.ReadAllBytesAsync(scratch["a.tar.bz2"]))).Images);
        byte[] plain = await File.ReadAllBytesAsync(scratch["a.tar"]);
        var codecs = new Builder.Oci.Compression.LayerCompression(zstd: _ => new MemoryStream(plain), xz: _ => new MemoryStream(plain));
        Assert.Single((await Sample.LoadAsync(await File.ReadAllBytesAsync(scratch["a.tar.xz"]), compression: codecs)).Images);
        Assert.Single((await Sample.LoadAsync(await File.ReadAllBytesAsync(scratch["a.tar.zst"]), compression: codecs)).Images);
        await RefusedAsync("zstd", await File.ReadAllBytesAsync(scratch["a.tar.zst"]));
    }

    private static string Path(byte[] blob) => "blobs/sha256/" + Digest.Sha256(blob).Hex;

    private static (string Descriptor, string Path, byte[] Bytes) Manifest(byte[] config, byte[] layer, int extra = 0)
    {
        byte[] bytes = Encoding.UTF8.GetBytes($$$"""
            {"schemaVersion":2,"config":{"mediaType":"{{{MediaTypes.OciConfig}}}","digest":"{{{Digest.Sha256(config)}}}","size":{{{config.Length}}} },
            "layers":[{"mediaType":"{{{MediaTypes.OciLayer}}}","digest":"{{{Digest.Sha256(layer)}}}","size":{{{layer.Length + extra}}} }]}
            """);
        return ($$"""{"mediaType":"{{MediaTypes.OciManifest}}","digest":"{{Digest.Sha256(bytes)}}","size":{{bytes.Length}}SUFFIX}""", Path(bytes), bytes);
    }

    private static async Task RefusedAsync(string reason, byte[] archive)
    {
        OciFormatException error = await Assert.ThrowsAsync<OciFormatException>(() => Sample.LoadAsync(archive));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }
}
