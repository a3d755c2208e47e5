using System.Diagnostics;
using Builder.Cache.Layers;
using Builder.Cache.Snapshots;
using Builder.Linux.Files;
using Builder.Oci;

namespace Builder.Cache.Tests.Layers;

public sealed class LayerWriterTests : IDisposable
{
    private readonly TestStore _test = new(SnapshotKind.Overlay);

    public void Dispose() => _test.Dispose();

    [RootFact(OfTheMachine = true)]
    public async Task Everything_a_tree_can_hold_is_in_the_layer()
    {
        Snapshot snapshot = Fill(null, tree =>
        {
            tree.MakeDirectory("d"u8, 0);
            tree.SetMode("d"u8, 0b1_111_111_111);
            tree.SetOwner("d"u8, 5, 70_000);
            using (DirectoryHandle d = tree.OpenDirectory("d"u8)) WriteFile(d, "x"u8, "in d");
            WriteFile(tree, "file"u8, "text");
            tree.SetOwner("file"u8, -294_967_296, 4);
            tree.SetMode("file"u8, 0b100_111_101_101);
            tree.SetAttribute("file"u8, "security.capability", Convert.FromHexString("0100000200040000000000000000000000000000"));
            tree.SetAttribute("file"u8, "user.mine", "v"u8);
            tree.SetTimes("file"u8, new FileTime(-7, 999_999_999));
            tree.MakeHardLink(tree, "file"u8, "hard"u8);
            tree.MakeSymbolicLink("to"u8, "link"u8);
            tree.MakeHardLink(tree, "link"u8, "link2"u8);
            tree.MakeNode("pipe"u8, FileType.Fifo, 0b110_000_000);
            NodePlaceholder.Make(tree, "sda"u8, FileType.BlockDevice, 8, 300);
            tree.MakeHardLink(tree, "sda"u8, "sdb"u8);
            WriteFile(tree, [0xFF, 0xFE], "");
        });
        using (System.Net.Sockets.Socket socket = new(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified))
            socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(Path.Combine(TreeOf(snapshot), "socket")));
        LayerBlob blob = await _test.Store.Layers.EnsureBlobAsync(snapshot, CancellationToken.None);
        Assert.Equal(
            [
                "Directory 1777 5:70000 d",
                "File 644 0:0 d/x 'in d'",
                "File 4755 4000000000:4 file 'text' security.capability=0100000200040000000000000000000000000000 user.mine=76",
                "HardLink 4755 4000000000:4 hard -> file security.capability=0100000200040000000000000000000000000000 user.mine=76",
                "SymbolicLink 777 0:0 link -> to",
                "HardLink 777 0:0 link2 -> link",
                "Fifo 600 0:0 pipe",
                "BlockDevice 600 0:0 sda 8,300",
                "HardLink 600 0:0 sdb -> sda",
                "File 644 0:0 \\xff\\xfe",
            ],
            Trees.Entries(_test.Store, blob));
        Assert.Equal((blob.DiffId, MediaTypes.OciLayer, _test.Store.Blobs.SizeOf(blob.BlobDigest)), (blob.BlobDigest, blob.MediaType, blob.Size));
        Assert.Equal(blob, _test.Store.Layers.FindBlob(snapshot));
    }

    [RootFact]
    public async Task The_same_tree_gives_the_same_bytes_whatever_the_order_and_the_clock()
    {
        async Task<Digest> Make(IEnumerable<string> names)
        {
            Snapshot snapshot = Fill(null, tree =>
            {
                foreach (string name in names)
                {
                    WriteFile(tree, UnixPath.Encode(name), name);
                    tree.SetTimes(UnixPath.Encode(name), new FileTime(1234, Environment.TickCount % 1000));
                }
            });
            return (await _test.Store.Layers.EnsureBlobAsync(snapshot, CancellationToken.None)).DiffId;
        }

        string[] names = ["b", "a!", "a", "é", "A"];
        Assert.Equal(await Make(names), await Make(names.Reverse()));
    }

    [RootFact]
    public async Task What_overlayfs_recorded_becomes_whiteouts_and_only_those_that_hide_something()
    {
        Snapshot below = Fill(null, tree =>
        {
            MakeDirectories(tree, "kept/sub", "removed/x", "replaced", "emptied", "file-to-dir-parent");
            WriteFile(tree, "gone"u8, "1");
            using DirectoryHandle replaced = tree.OpenDirectory("replaced"u8);
            WriteFile(replaced, "old"u8, "1");
            using DirectoryHandle kept = tree.OpenDirectory("kept"u8);
            WriteFile(kept, "stays"u8, "1");
        });
        Snapshot above = RunOnOverlay(below, "rm gone; rm -r removed; rm -r replaced; mkdir replaced; echo new > replaced/new; mkdir -p fresh/deep; echo x > kept/sub/x; rm -r emptied; mkdir emptied; touch temp; rm temp; ln -s a emptied2");
        LayerBlob blob = await _test.Store.Layers.EnsureBlobAsync(above, CancellationToken.None);
        Assert.Equal(
            [
                "File 0 0:0 .wh.gone",
                "File 0 0:0 .wh.removed",
                "Directory 755 0:0 emptied",
                "SymbolicLink 777 0:0 emptied2 -> a",
                "Directory 755 0:0 fresh",
                "Directory 755 0:0 fresh/deep",
                "Directory 755 0:0 kept",
                "Directory 755 0:0 kept/sub",
                "File 644 0:0 kept/sub/x 'x\n'",
                "Directory 755 0:0 replaced",
                "File 0 0:0 replaced/.wh..wh..opq",
                "File 644 0:0 replaced/new 'new\n'",
            ],
            Trees.Entries(_test.Store, blob));
    }

    [RootFact]
    public async Task A_chain_of_overlay_steps_unpacks_to_the_same_tree_elsewhere()
    {
        Snapshot first = Fill(null, tree => MakeDirectories(tree, "etc", "usr/bin", "var/log"));
        Snapshot second = RunOnOverlay(first, "echo a > etc/a; echo b > usr/bin/b; ln usr/bin/b usr/bin/c; chmod 4755 usr/bin/b; chown 7:8 etc/a; mkdir var/cache; mkfifo var/pipe");
        Snapshot third = RunOnOverlay(second, "rm -r usr; mkdir -p usr/sbin; rm etc/a; mkdir etc/a; echo x > etc/a/x; mv var/cache var/kept");
        Snapshot fourth = RunOnOverlay(third, "rm -rf var/log; touch -d @5 usr/sbin; echo again > etc/b");
        List<LayerBlob> blobs = [];
        foreach (Snapshot snapshot in new[] { first, second, third, fourth }) blobs.Add(await _test.Store.Layers.EnsureBlobAsync(snapshot, CancellationToken.None));
        foreach (SnapshotKind kind in Enum.GetValues<SnapshotKind>())
        {
            using TestStore other = new(kind);
            foreach (LayerBlob blob in blobs)
            {
                await using Stream content = _test.Store.Blobs.OpenRead(blob.BlobDigest);
                await other.Store.Blobs.ImportAsync(content, blob.BlobDigest, blob.Size, CancellationToken.None);
            }

            Snapshot? copy = await other.Store.Layers.UnpackAsync([.. blobs], CancellationToken.None);
            Assert.Equal(Trees.Describe(_test.Store, fourth), Trees.Describe(other.Store, copy!));
        }
    }

    [RootFact(OfTheMachine = true)]
    public async Task Umoci_and_gnu_tar_read_the_layer_alike()
    {
        Snapshot snapshot = Fill(null, tree =>
        {
            MakeDirectories(tree, "d/e");
            WriteFile(tree, UnixPath.Encode(new string('n', 200)), "long");
            WriteFile(tree, "big"u8, new string('x', 100_000));
            tree.MakeSymbolicLink(UnixPath.Encode(new string('t', 300)), "link"u8);
            tree.MakeHardLink(tree, "big"u8, "hard"u8);
            tree.SetAttribute("big"u8, "user.mine", "v"u8);
            tree.SetOwner("big"u8, 3_000_000, 12);
            tree.SetTimes("big"u8, new FileTime(1_000_000_000, 5));
        });
        LayerBlob blob = await _test.Store.Layers.EnsureBlobAsync(snapshot, CancellationToken.None);
        string tar = Path.Combine(_test.Store.Root, "blobs", "sha256", blob.BlobDigest.Hex);
        string target = Path.GetFullPath(_test.PathOf("..", "gnu"));
        Run("sh", $"mkdir {target} && tar --xattrs --xattrs-include='*' --numeric-owner -xpf {tar} -C {target}");
        string[] expected = Trees.Describe(_test.Store, snapshot);
        Assert.Equal(expected, DescribeDirectory(target));

        string layout = Path.GetFullPath(_test.PathOf("..", "layout"));
        OciLayout.Write(layout, tar, blob);
        Run("sh", $"umoci unpack --image {layout}:t {layout}-bundle");
        Assert.Equal(expected, DescribeDirectory(layout + "-bundle/rootfs"));
    }

    [RootFact]
    public async Task A_huge_sparse_file_takes_neither_memory_nor_disk()
    {
        Snapshot snapshot = Fill(null, tree =>
        {
            using var file = tree.CreateFile("lastlog"u8, 0b110_000_000);
            RandomAccess.Write(file, "login"u8, 1_500_000_000);
            FileMetadata.SetLength(file, 2L << 30);
        });
        using (SnapshotChanges changes = SnapshotChanges.Open(_test.Store.Snapshots, snapshot))
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            LayerWriter.Write(changes.Enumerate(), Stream.Null, CancellationToken.None);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }

        LayerBlob blob = await _test.Store.Layers.EnsureBlobAsync(snapshot, CancellationToken.None);
        Assert.InRange(blob.Size, 2L << 30, (2L << 30) + 10_000);
        using DirectoryHandle blobs = DirectoryHandle.Open(_test.PathOf("blobs", "sha256"));
        using (var stored = blobs.OpenRead(UnixPath.Encode(blob.BlobDigest.Hex)))
            Assert.InRange(FileExtents.Data(stored, blob.Size).Sum(e => e.Length), 1, 1 << 20);
        using TestStore other = new(SnapshotKind.Overlay);
        await using (Stream content = _test.Store.Blobs.OpenRead(blob.BlobDigest))
            await other.Store.Blobs.ImportAsync(content, blob.BlobDigest, blob.Size, CancellationToken.None);
        Snapshot? copy = await other.Store.Layers.UnpackAsync([blob], CancellationToken.None);
        using MergedTree tree = MergedTree.Open(other.Store.Snapshots, copy!);
        using MergedFile? unpacked = tree.Find("lastlog"u8);
        using var handle = unpacked!.OpenRead();
        Assert.InRange(FileExtents.Data(handle, unpacked.Status.Size).Sum(e => e.Length), 1, 1 << 20);
        byte[] text = new byte[5];
        Assert.Equal(5, RandomAccess.Read(handle, text, 1_500_000_000));
        Assert.Equal("login"u8.ToArray(), text);
    }

    [RootFact]
    public async Task A_name_that_would_be_read_as_a_whiteout_is_refused()
    {
        Snapshot snapshot = Fill(null, tree => WriteFile(tree, ".wh.x"u8, ""));
        StoreException error = await Assert.ThrowsAsync<StoreException>(() => _test.Store.Layers.EnsureBlobAsync(snapshot, CancellationToken.None));
        Assert.Contains("'/.wh.x': names that begin with '.wh.'", error.Message, StringComparison.Ordinal);
        Assert.Null(_test.Store.Layers.FindBlob(snapshot));
        Assert.Empty(Directory.GetFiles(_test.PathOf("tmp")));
    }

    [RootFact]
    public async Task A_path_too_long_for_any_reader_is_refused()
    {
        Snapshot snapshot = Fill(null, tree =>
        {
            DirectoryHandle current = tree.Duplicate();
            for (int i = 0; i < 30; i++)
            {
                byte[] name = UnixPath.Encode(new string('d', 200));
                current.MakeDirectory(name, 0b111_101_101);
                DirectoryHandle next = current.OpenDirectory(name);
                current.Dispose();
                current = next;
            }

            current.Dispose();
        });
        StoreException error = await Assert.ThrowsAsync<StoreException>(() => _test.Store.Layers.EnsureBlobAsync(snapshot, CancellationToken.None));
        Assert.Contains("a path of 4220 bytes", error.Message, StringComparison.Ordinal);
    }

    private static string[] DescribeDirectory(string path)
    {
        using MergedTree tree = MergedTree.Open([path]);
        return [.. tree.Walk([]).Select(Trees.Describe)];
    }

    private static void WriteFile(DirectoryHandle directory, ReadOnlySpan<byte> name, string text)
    {
        using (var file = directory.CreateFile(name, 0b110_100_100)) RandomAccess.Write(file, UnixPath.Encode(text), 0);
        directory.SetMode(name, 0b110_100_100);
    }

    private static void MakeDirectories(DirectoryHandle root, params string[] paths)
    {
        foreach (string path in paths)
        {
            DirectoryHandle current = root.Duplicate();
            foreach (byte[] name in UnixPath.Split(UnixPath.Encode(path)))
            {
                if (!current.TryStat(name, out _)) current.MakeDirectory(name, 0b111_101_101);
                DirectoryHandle next = current.OpenDirectory(name);
                current.Dispose();
                current = next;
            }

            current.Dispose();
        }
    }

    private static void Run(string shell, string script)
    {
        using Process process = TestStore.StartProgram(shell, ["-ec", script]);
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error.Result);
    }

    private string TreeOf(Snapshot snapshot) => _test.Store.Snapshots.TreeOf(snapshot);

    private Snapshot Fill(Snapshot? parent, Action<DirectoryHandle> fill)
    {
        using SnapshotDraft draft = _test.Store.Snapshots.CreateDraft(parent);
        using (DirectoryHandle tree = DirectoryHandle.Open(draft.TreeDirectory)) fill(tree);
        return draft.Commit();
    }

    // A real overlayfs, in a mount namespace of its own.
    private Snapshot RunOnOverlay(Snapshot parent, string script)
    {
        using SnapshotDraft draft = _test.Store.Snapshots.CreateDraft(parent);
        string lower = string.Join(':', _test.Store.Snapshots.LayerDirectories(parent).Select(d => Path.Combine(_test.Store.Snapshots.Directory, d)));
        Run("sh", $"umask 022; unshare -m sh -ec 'mount -t overlay -o userxattr,lowerdir={lower},upperdir={draft.TreeDirectory},workdir={draft.WorkDirectory} x {draft.MountPoint}; cd {draft.MountPoint}; {script}'");
        return draft.Commit();
    }
}
