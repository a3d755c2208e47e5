using Builder.Cache.Snapshots;
using Builder.Linux.Files;

namespace Builder.Cache.Tests.Snapshots;

public sealed class CopySnapshotTests : IDisposable
{
    private readonly TestStore _test = new(SnapshotKind.Copy);

    private SnapshotStore Snapshots => _test.Store.Snapshots;

    public void Dispose() => _test.Dispose();

    [Fact]
    public void A_draft_holds_the_parents_tree_as_it_is()
    {
        using SnapshotDraft first = Snapshots.CreateDraft(null);
        using (DirectoryHandle tree = DirectoryHandle.Open(first.TreeDirectory)) Populate(tree);
        Snapshot parent = first.Commit();

        using SnapshotDraft draft = Snapshots.CreateDraft(parent);
        Assert.Equal(Describe(Snapshots.TreeOf(parent)), Describe(draft.TreeDirectory));
        using DirectoryHandle copy = DirectoryHandle.Open(draft.TreeDirectory);
        using DirectoryHandle sub = copy.OpenDirectory("sub"u8);
        Assert.Equal(copy.Stat("linked"u8).Inode, sub.Stat("other"u8).Inode);
        Assert.Equal(2, copy.Stat("linked"u8).LinkCount);
        Assert.False(copy.TryStat("socket"u8, out _));
        using DirectoryHandle original = DirectoryHandle.Open(Snapshots.TreeOf(parent));
        Assert.NotEqual(original.Stat("linked"u8).Inode, copy.Stat("linked"u8).Inode);

        Snapshot child = draft.Commit();
        Assert.Equal([child.Id + "/fs"], Snapshots.LayerDirectories(child));
        Assert.NotNull(Snapshots.MarkerOf(child));
        Assert.Null(Snapshots.MarkerOf(parent));
    }

    [Fact]
    public void The_marker_lies_between_what_was_copied_and_what_changes_later()
    {
        using SnapshotDraft first = Snapshots.CreateDraft(null);
        for (int i = 0; i < 50; i++) File.WriteAllText(Path.Combine(first.TreeDirectory, $"f{i}"), "x");
        using SnapshotDraft draft = Snapshots.CreateDraft(first.Commit());
        File.WriteAllText(Path.Combine(draft.TreeDirectory, "f7"), "y");
        FileInfo copied = new(Path.Combine(draft.TreeDirectory, "f8"));
        Assert.Equal(1, copied.Length);

        Snapshot child = draft.Commit();
        using DirectoryHandle directory = DirectoryHandle.Open(Path.GetDirectoryName(Snapshots.MarkerOf(child))!);
        FileTime marker = directory.Stat("marker"u8).Changed;
        using DirectoryHandle tree = directory.OpenDirectory("fs"u8);
        Assert.Equal(["f7"], tree.List().Where(e => tree.Stat(e.Name).Changed > marker).Select(e => UnixPath.Decode(e.Name)));
    }

    [Fact]
    public void A_snapshot_does_not_need_its_parent()
    {
        using SnapshotDraft first = Snapshots.CreateDraft(null);
        Snapshot parent = first.Commit();
        using SnapshotDraft draft = Snapshots.CreateDraft(parent);
        Snapshot child = draft.Commit();
        Snapshots.Delete(parent.Id);
        Assert.Equal(child, Snapshots.Find(child.Id));
    }

    [Fact]
    public void A_tree_deeper_than_any_stack_is_copied()
    {
        const int Depth = 600;
        using SnapshotDraft first = Snapshots.CreateDraft(null);
        List<DirectoryHandle> handles = [DirectoryHandle.Open(first.TreeDirectory)];
        for (int i = 0; i < Depth; i++)
        {
            handles[^1].MakeDirectory("a-rather-long-name"u8, 0x1ED);
            handles.Add(handles[^1].OpenDirectory("a-rather-long-name"u8));
        }

        handles.ForEach(h => h.Dispose());
        using SnapshotDraft draft = Snapshots.CreateDraft(first.Commit());
        int depth = 0;
        DirectoryHandle current = DirectoryHandle.Open(draft.TreeDirectory);
        while (current.TryStat("a-rather-long-name"u8, out _))
        {
            DirectoryHandle next = current.OpenDirectory("a-rather-long-name"u8);
            current.Dispose();
            current = next;
            depth++;
        }

        current.Dispose();
        Assert.Equal(Depth, depth);
    }

    private static void Populate(DirectoryHandle tree)
    {
        tree.MakeDirectory("sub"u8, 0x1C0);
        using (DirectoryHandle sub = tree.OpenDirectory("sub"u8))
        {
            using (var file = tree.CreateFile("linked"u8, 0x1A4)) RandomAccess.Write(file, "content"u8, 0);
            sub.MakeHardLink(tree, "linked"u8, "other"u8);
            sub.SetAttributeSelf("user.note", "on a directory"u8);
        }

        tree.SetAttribute("linked"u8, "user.note", "hello"u8);
        tree.SetMode("linked"u8, 0x9ED);
        tree.SetTimes("linked"u8, new FileTime(1_000_000_000, 123_456_789));
        tree.MakeSymbolicLink("/nowhere"u8, "link"u8);
        tree.SetTimes("link"u8, new FileTime(1_000_000_001, 5));
        tree.MakeNode("pipe"u8, FileType.Fifo, 0x1A4);
        using (var sparse = tree.CreateFile("sparse"u8, 0x1A4)) RandomAccess.Write(sparse, "end"u8, 64 << 20);
        tree.CreateFile([0xFF, 0xFE], 0x1A4).Dispose();
        if (Environment.IsPrivilegedProcess) tree.SetOwner("link"u8, 12, 34);
        tree.SetTimes("sub"u8, new FileTime(1_000_000_002, 7));
        using System.Net.Sockets.Socket socket = new(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint($"/proc/self/fd/{tree.Handle.DangerousGetHandle()}/socket"));
        tree.SetTimesSelf(new FileTime(1_000_000_003, 9));
    }

    private static List<string> Describe(string path)
    {
        using DirectoryHandle root = DirectoryHandle.Open(path);
        List<string> lines = [];
        Describe(root, "", lines);
        FileStatus status = root.StatSelf();
        lines.Add($"/ {status.Mode} {status.Uid} {status.Gid} {status.Modified}");
        return lines;
    }

    private static void Describe(DirectoryHandle directory, string prefix, List<string> lines)
    {
        foreach (byte[] name in directory.List().Select(e => e.Name).OrderBy(Convert.ToHexString, StringComparer.Ordinal))
        {
            FileStatus status = directory.Stat(name);
            if (status.Type == FileType.Socket) continue;
            string attributes = string.Join(',', directory.ListAttributes(name).Order().Select(a => a + "=" + Convert.ToHexString(directory.GetAttribute(name, a)!)));
            string content = status.Type switch
            {
                FileType.SymbolicLink => UnixPath.Decode(directory.ReadLink(name)),
                FileType.Regular when status.Size < 1000 => Read(directory, name),
                _ => "",
            };
            long size = status.IsDirectory ? 0 : status.Size;
            lines.Add($"{prefix}/{UnixPath.Quote(name)} {status.Type} {status.Mode} {status.Uid} {status.Gid} {size} {status.Modified} {attributes} {content}");
            if (!status.IsDirectory) continue;
            using DirectoryHandle sub = directory.OpenDirectory(name);
            Describe(sub, prefix + "/" + UnixPath.Quote(name), lines);
        }
    }

    private static string Read(DirectoryHandle directory, byte[] name)
    {
        using FileStream file = new(directory.OpenRead(name), FileAccess.Read);
        using StreamReader reader = new(file);
        return reader.ReadToEnd();
    }
}
