using System.Diagnostics;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Builder.Oci;
using Builder.Oci.Archives;
using Builder.Oci.Images;
using Builder.Oci.Json;
using Builder.Registry.Tests.Servers;

namespace Builder.Registry.Tests;

public class RealRegistryTests
{
    private static readonly byte[] Layer = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 31 / 7))];
    private static readonly Platform Amd64 = Platform.Parse("linux/amd64");

    [RegistryFact]
    public async Task An_image_pushed_by_skopeo_is_pulled()
    {
        using var registry = new RegistryProcess();
        byte[] config = Config("amd64");
        await FillAsync(registry, config, "a/b:v1");
        using var client = new RegistryClient(new RegistryOptions());
        foreach (string format in (string[])["a/b:v1", "a/b-oci:v1"])
        {
            var reference = ImageReference.Parse($"{registry.Host}/{format}");
            RemoteImage image = await client.ResolveAsync(reference, Amd64, CancellationToken.None);
            Assert.Equal(config, image.ConfigBytes.ToArray());
            Assert.Equal(Digest.Sha256(image.ConfigBytes.Span), image.Manifest.Config.Digest);
            Descriptor descriptor = Assert.Single(image.Manifest.Layers);
            await using Stream blob = await client.OpenBlobAsync(reference, descriptor, CancellationToken.None);
            (Stream content, _) = await new Oci.Compression.LayerCompression().OpenAsync(blob, CancellationToken.None);
            Assert.Equal(image.Config.RootFs.DiffIds[0], Digest.FromSha256(await SHA256.HashDataAsync(content)));

            var byDigest = ImageReference.Parse($"{registry.Host}/{format.Split(':')[0]}@{Digest.Sha256(image.ManifestBytes.Span)}");
            Assert.Equal(image.ManifestBytes.ToArray(), (await client.ResolveAsync(byDigest, Amd64, CancellationToken.None)).ManifestBytes.ToArray());
        }
    }

    [RegistryFact]
    public async Task The_platform_is_chosen_from_an_index()
    {
        using var registry = new RegistryProcess();
        await FillAsync(registry, Config("amd64"), "multi:amd64");
        await FillAsync(registry, Config("s390x"), "multi:s390x");
        using var client = new RegistryClient(new RegistryOptions());
        var descriptors = new List<Descriptor>();
        foreach (string architecture in (string[])["amd64", "s390x"])
        {
            RemoteImage image = await client.ResolveAsync(ImageReference.Parse($"{registry.Host}/multi:{architecture}"), Amd64, CancellationToken.None);
            descriptors.Add(new Descriptor { MediaType = image.Manifest.MediaType!, Digest = Digest.Sha256(image.ManifestBytes.Span), Size = image.ManifestBytes.Length, Platform = new Platform("linux", architecture) });
        }

        using (var http = new HttpClient())
        {
            using var body = new ByteArrayContent(OciJson.WriteIndex(new ImageIndex { MediaType = MediaTypes.DockerManifestList, Manifests = [.. descriptors] }));
            body.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.DockerManifestList);
            using HttpResponseMessage put = await http.PutAsync(new Uri($"http://{registry.Host}/v2/multi/manifests/latest"), body);
            Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync());
        }

        var reference = ImageReference.Parse($"{registry.Host}/multi");
        Assert.Equal("s390x", (await client.ResolveAsync(reference, Platform.Parse("linux/s390x"), CancellationToken.None)).Config.Architecture);
        ImageSourceException error = await Assert.ThrowsAsync<ImageSourceException>(() => client.ResolveAsync(reference, Platform.Parse("linux/arm64"), CancellationToken.None));
        Assert.Equal($"could not pull {registry.Host}/multi:latest: there is no image for linux/arm64; there is linux/amd64, linux/s390x", error.Message);
    }

    [RegistryFact]
    public async Task What_is_not_there_is_said_to_be_missing()
    {
        using var registry = new RegistryProcess();
        using var client = new RegistryClient(new RegistryOptions());
        var reference = ImageReference.Parse($"{registry.Host}/no/such:thing");
        ImageSourceException error = await Assert.ThrowsAsync<ImageSourceException>(() => client.ResolveAsync(reference, Amd64, CancellationToken.None));
        Assert.StartsWith($"could not pull {registry.Host}/no/such:thing: not found", error.Message, StringComparison.Ordinal);
        var descriptor = new Descriptor { MediaType = MediaTypes.OciLayer, Digest = Digest.Sha256([9]), Size = 1 };
        error = await Assert.ThrowsAsync<ImageSourceException>(() => client.OpenBlobAsync(reference, descriptor, CancellationToken.None));
        Assert.Contains("not found", error.Message, StringComparison.Ordinal);
    }

    [RegistryFact]
    public async Task What_is_pushed_comes_back_the_same_and_is_mounted_into_another_repository()
    {
        using var registry = new RegistryProcess();
        using var client = new RegistryClient(new RegistryOptions());
        byte[] config = Config("amd64");
        var layer = new Descriptor { MediaType = MediaTypes.OciLayer, Digest = Digest.Sha256(Layer), Size = Layer.Length };
        var configBlob = new Descriptor { MediaType = MediaTypes.OciConfig, Digest = Digest.Sha256(config), Size = config.Length };
        foreach (bool oci in (bool[])[true, false])
        {
            var target = ImageReference.Parse($"{registry.Host}/pushed/{(oci ? "oci" : "docker")}:1");
            var source = oci ? null : ImageReference.Parse($"{registry.Host}/pushed/oci:1");
            Assert.Equal(oci ? BlobPushOutcome.Uploaded : BlobPushOutcome.Mounted, await PushAsync(client, target, layer, Layer, source));
            Assert.Equal(BlobPushOutcome.Present, await PushAsync(client, target, layer, Layer, source));
            await PushAsync(client, target, configBlob, config, null);
            (byte[] manifest, Descriptor descriptor) = ManifestWriter.Write(configBlob, [layer], oci, System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty);
            Assert.Equal(descriptor.Digest, await client.PushManifestAsync(target, manifest, descriptor.MediaType, CancellationToken.None));
            RemoteImage back = await client.ResolveAsync(target, Amd64, CancellationToken.None);
            Assert.Equal(descriptor.Digest, back.NamedDigest);
            Assert.Equal(config, back.ConfigBytes.ToArray());
        }
    }

    private static Task<BlobPushOutcome> PushAsync(RegistryClient client, ImageReference target, Descriptor blob, byte[] content, ImageReference? mountFrom) =>
        client.PushBlobAsync(target, new BlobPush(blob, offset => new MemoryStream(content, (int)offset, content.Length - (int)offset), mountFrom), CancellationToken.None);

    private static byte[] Config(string architecture) => OciJson.WriteConfig(new ImageConfig
    {
        Os = "linux",
        Architecture = architecture,
        RootFs = new RootFs { DiffIds = [Digest.Sha256(Layer)] },
        History = [new HistoryEntry { CreatedBy = "test" }],
    });

    private static async Task FillAsync(RegistryProcess registry, byte[] config, string name)
    {
        var digest = Digest.Sha256(Layer);
        var layer = new ArchiveLayer(new Descriptor { MediaType = MediaTypes.OciLayer, Digest = digest, Size = Layer.Length }, digest, () => new MemoryStream(Layer));
        await using (FileStream archive = File.Create(registry.Scratch("image.tar")))
            await ImageArchiveWriter.WriteAsync(archive, [new ArchiveImage(config, [layer], [ImageReference.Parse("x")])], ImageArchiveFormat.Docker, CancellationToken.None);
        string[] targets = [$"v2s2 {name}", $"oci {name.Replace(":", "-oci:", StringComparison.Ordinal)}"];
        foreach (string target in targets)
        {
            string[] arguments =
            [
                "--insecure-policy", "--override-arch", "amd64", "copy", "-q", "--format", target.Split(' ')[0], "--dest-tls-verify=false",
                "docker-archive:" + registry.Scratch("image.tar"), $"docker://{registry.Host}/{target.Split(' ')[1]}",
            ];
            using Process skopeo = Process.Start(new ProcessStartInfo("skopeo", arguments) { UseShellExecute = false, RedirectStandardError = true })!;
            string errors = await skopeo.StandardError.ReadToEndAsync();
            await skopeo.WaitForExitAsync();
            Assert.True(skopeo.ExitCode == 0, errors);
        }
    }
}
