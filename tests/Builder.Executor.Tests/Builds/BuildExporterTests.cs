using System.Formats.Tar;
using System.IO.Compression;
using Builder.Cache.Layers;
using Builder.Executor.Exports;
using Builder.Executor.Tests.Trees;
using Builder.Linux.Files;
using Builder.Oci;
using Builder.Oci.Archives;

namespace Builder.Executor.Tests.Builds;

public sealed class BuildExporterTests : IDisposable
{
    private readonly TestBuild _build = new();
    private readonly TestTree _output = new();

    [RootFact]
    public async Task A_tar_holds_the_merged_tree_with_owners_and_hard_links()
    {
        BuildResult result = await MakeAsync();

        await Exporter().ExportTarAsync(result, new FileDestination(_output.At("out.tar")), CancellationToken.None);

        Assert.Equal(
            ["d Directory 755 0:0", "d/a RegularFile 644 3:4 1", "d/hard HardLink 644 3:4 d/a", "d/link SymbolicLink 777 0:0 a", "d/sub Directory 700 0:0"],
            ReadTar(File.OpenRead(_output.At("out.tar"))).Order(StringComparer.Ordinal));
        Assert.Equal(["out.tar"], Directory.GetFileSystemEntries(_output.Path).Select(Path.GetFileName));
    }

    [RootFact]
    public async Task A_tar_can_go_to_a_stream_that_stays_open()
    {
        using var stream = new MemoryStream();

        await Exporter().ExportTarAsync(await MakeAsync(), new StreamDestination(stream), CancellationToken.None);

        stream.Position = 0;
        Assert.Equal(5, ReadTar(stream).Count());
    }

    [RootFact]
    public async Task A_directory_gets_the_files_as_the_caller_s_own_and_merges()
    {
        BuildResult result = await MakeAsync();
        _output.With("out/d/kept=k", "out/d/a=before", "out/d/link->/etc");

        await Exporter().ExportDirectoryAsync(result, _output.At("out"), CancellationToken.None);

        Assert.Equal(
            [
                "out/ 755 0:0", "out/d/ 755 0:0", "out/d/a=1 644 0:0", "out/d/hard=1 644 0:0", "out/d/kept=k 644 0:0", "out/d/link->a 0:0",
                "out/d/sub/ 700 0:0",
            ],
            _output.List());
        Assert.Equal(_output.Stat("out/d/a").Inode, _output.Stat("out/d/hard").Inode);
    }

    [RootFact]
    public async Task A_failed_export_leaves_no_file_and_keeps_an_older_one()
    {
        BuildResult result = await MakeAsync();
        _output.With("out.tar=older");
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Exporter().ExportTarAsync(result, new FileDestination(_output.At("out.tar")), cancelled.Token));

        Assert.Equal(["out.tar=older"], _output.List(withMetadata: false));
    }

    [RootFact]
    public async Task A_place_that_can_not_be_written_is_named()
    {
        BuildResult result = await MakeAsync();
        string inMissing = _output.At("missing/out.tar");

        var missing = await Assert.ThrowsAsync<ExportException>(() => Exporter().ExportTarAsync(result, new FileDestination(inMissing), CancellationToken.None));
        var directory = await Assert.ThrowsAsync<ExportException>(() => Exporter().ExportTarAsync(result, new FileDestination(_output.Path), CancellationToken.None));

        Assert.StartsWith($"can't write {inMissing}: ", missing.Message, StringComparison.Ordinal);
        Assert.Equal($"can't write {_output.Path}: it is a directory", directory.Message);
    }

    [RootFact]
    public async Task A_docker_archive_holds_the_image_under_its_names_and_the_same_bytes_each_time()
    {
        BuildResult result = await MakeAsync();

        foreach (string name in (string[])["one.tar", "two.tar"])
        {
            await Exporter().ExportArchiveAsync(
                result, ImageArchiveFormat.Docker, [ImageReference.Parse("app:1")], new FileDestination(_output.At(name)), CancellationToken.None);
        }

        Assert.Equal(await File.ReadAllBytesAsync(_output.At("one.tar")), await File.ReadAllBytesAsync(_output.At("two.tar")));
        string[] names = [.. ReadTar(File.OpenRead(_output.At("one.tar"))).Select(l => l.Split(' ')[0])];
        Assert.Contains("manifest.json", names);
        Assert.Contains($"blobs/sha256/{Digest.Sha256(result.ConfigBytes.Span).Hex}", names);
        Assert.All(result.Layers, l => Assert.Contains($"blobs/sha256/{l.DiffId.Hex}", names));
    }

    [RootFact]
    public async Task A_compressed_layer_is_written_uncompressed_for_docker_and_as_it_is_for_oci()
    {
        BuildResult result = await MakeAsync();
        LayerBlob plain = result.Layers[0];
        using var compressed = new MemoryStream();
        await using (Stream blob = _build.Store.Blobs.OpenRead(plain.BlobDigest))
        await using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true)) await blob.CopyToAsync(gzip);
        Digest gzipped = _build.Store.Blobs.Put(compressed.ToArray());
        LayerBlob layer = plain with { BlobDigest = gzipped, Size = compressed.Length, MediaType = MediaTypes.OciLayerGzip };
        BuildResult pulled = result with { Layers = [layer, .. result.Layers.Skip(1)] };

        await Exporter().ExportArchiveAsync(pulled, ImageArchiveFormat.Docker, [], new FileDestination(_output.At("docker.tar")), CancellationToken.None);
        await Exporter().ExportArchiveAsync(pulled, ImageArchiveFormat.Oci, [], new FileDestination(_output.At("oci.tar")), CancellationToken.None);

        Assert.Contains(ReadTar(File.OpenRead(_output.At("docker.tar"))), l => l.StartsWith($"blobs/sha256/{plain.DiffId.Hex} ", StringComparison.Ordinal));
        Assert.Contains(ReadTar(File.OpenRead(_output.At("oci.tar"))), l => l.StartsWith($"blobs/sha256/{gzipped.Hex} ", StringComparison.Ordinal));
    }

    [RootFact]
    public async Task An_image_gets_its_names()
    {
        BuildResult result = await MakeAsync();

        Exporter().ExportImages([result], [ImageReference.Parse("a:1"), ImageReference.Parse("b")]);

        var id = Digest.Sha256(result.ConfigBytes.Span);
        Assert.Equal(id, _build.Store.Images.Find(ImageReference.Parse("a:1"))?.Id);
        Assert.Equal(id, _build.Store.Images.Find(ImageReference.Parse("b:latest"))?.Id);
    }

    public void Dispose()
    {
        _build.Dispose();
        _output.Dispose();
    }

    private static IEnumerable<string> ReadTar(Stream stream)
    {
        using var reader = new TarReader(stream);
        while (reader.GetNextEntry() is { } entry)
        {
            string line = $"{entry.Name.TrimEnd('/')} {entry.EntryType} {Convert.ToString((int)entry.Mode, 8)} {entry.Uid}:{entry.Gid}";
            yield return entry.EntryType switch
            {
                TarEntryType.RegularFile => $"{line} {new StreamReader(entry.DataStream!).ReadToEnd()}",
                TarEntryType.HardLink or TarEntryType.SymbolicLink => $"{line} {entry.LinkName}",
                _ => line,
            };
        }
    }

    private BuildExporter Exporter() => new(_build.Store, _build.Events.Add, TimeProvider.System);

    private async Task<BuildResult> MakeAsync()
    {
        _build.Context.With("d/a=1", "d/link->a", "d/sub/ 700", "d/gone=1");
        _build.Commands["change"] = (root, _, _) =>
        {
            using DirectoryHandle upper = DirectoryHandle.Open(root);
            upper.MakeDirectory("d"u8, 0x1ED);
            using DirectoryHandle d = upper.OpenDirectory("d"u8);
            d.MakeNode("gone"u8, FileType.CharacterDevice, 0, 0, 0);
            d.CreateFile("a"u8, 0x1A4).Dispose();
            File.WriteAllText(Path.Combine(root, "d/a"), "1");
            d.SetOwner("a"u8, 3, 4);
            d.SetMode("a"u8, 0x1A4);
            d.MakeHardLink(d, "a"u8, "hard"u8);
            return new Builder.Sandbox.SandboxExit(0, null);
        };
        _build.Run(_build.Copy(_build.Scratch(), _build.ContextVertex(), "d", "/d"), "change");
        return await _build.ExecuteAsync();
    }
}
