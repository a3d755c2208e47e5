using System.IO.Compression;
using Builder.Oci.Archives;
using Builder.Oci.Compression;
using Builder.Oci.Images;
using Builder.Oci.Json;
using Builder.Oci.Tar;
using Builder.Oci.Tests.Tar;

namespace Builder.Oci.Tests.Archives;

/// <summary>Small images to pack and unpack.</summary>
internal static class Sample
{
    internal static byte[] LayerTar(string fileName, string content) => TarRoundTripTests.Write(
    [
        (TarRoundTripTests.Made(TarEntryType.Directory, "etc"u8.ToArray(), [], 0) with { Mode = 0x1ed }, []),
        (TarRoundTripTests.Made(TarEntryType.File, TarRoundTripTests.Bytes("etc/" + fileName), [], content.Length) with { Mode = 0x1a4 }, TarRoundTripTests.Bytes(content)),
    ]);

    internal static byte[] ConfigOf(params byte[][] layerTars) => OciJson.WriteConfig(new ImageConfig
    {
        Architecture = "amd64",
        Os = "linux",
        Created = "1970-01-01T00:00:00Z",
        Config = new ContainerConfig { Cmd = ["/bin/sh"], Env = ["PATH=/bin"] },
        RootFs = new RootFs { DiffIds = [.. layerTars.Select(tar => Digest.Sha256(tar))] },
        History = [.. layerTars.Select(_ => new HistoryEntry { CreatedBy = "test" })],
    });

    internal static ArchiveImage Image(byte[][] layerTars, params string[] names) => new(
        ConfigOf(layerTars), [.. layerTars.Select(tar => Layer(tar, tar, MediaTypes.DockerLayer))], [.. names.Select(ImageReference.Parse)]);

    internal static ArchiveLayer Layer(byte[] tar, byte[] blob, string mediaType) =>
        new(new Descriptor { MediaType = mediaType, Digest = Digest.Sha256(blob), Size = blob.Length }, Digest.Sha256(tar), () => new MemoryStream(blob));

    internal static byte[] Gzip(byte[] content)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(content);
        return output.ToArray();
    }

    internal static async Task<byte[]> PackAsync(ImageArchiveFormat format, params ArchiveImage[] images)
    {
        using var output = new MemoryStream();
        await ImageArchiveWriter.WriteAsync(output, images, format, CancellationToken.None);
        return output.ToArray();
    }

    internal static async Task<(IReadOnlyList<LoadedImage> Images, MemorySink Sink)> LoadAsync(byte[] archive, string platform = "linux/amd64", LayerCompression? compression = null)
    {
        var sink = new MemorySink();
        using var stream = new DribblingStream(archive);
        return (await new ImageArchiveReader(compression ?? new LayerCompression()).ReadAsync(stream, sink, Platform.Parse(platform), CancellationToken.None), sink);
    }

    internal static byte[] Tar(params (string Name, object Content)[] entries) => TarRoundTripTests.Write(entries.Select(entry => entry.Content switch
    {
        string target => (TarRoundTripTests.Made(TarEntryType.SymbolicLink, TarRoundTripTests.Bytes(entry.Name), TarRoundTripTests.Bytes(target), 0), (byte[])[]),
        byte[] bytes => (TarRoundTripTests.Made(TarEntryType.File, TarRoundTripTests.Bytes(entry.Name), [], bytes.Length), bytes),
        _ => throw new ArgumentException(entry.Name),
    }));
}
