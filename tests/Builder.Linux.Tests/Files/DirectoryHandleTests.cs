using System.Text;
using Builder.Linux.Files;
using Microsoft.Win32.SafeHandles;
using Xunit.Abstractions;

namespace Builder.Linux.Tests.Files;

public sealed class DirectoryHandleTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_missing_directory_is_named_with_its_error()
    {
        SyscallException e = Assert.Throws<SyscallException>(() => DirectoryHandle.Open("/no/such"));
        Assert.Equal("open(/no/such): ENOENT (2): No such file or directory", e.Message);
        Assert.Equal(("open", "/no/such", Errno.ENOENT), (e.Call, e.Subject, e.Errno));
    }

    [Fact]
    public void Status_tells_what_stat_tells()
    {
        _directory.Write("file", "hello");
        File.SetUnixFileMode(_directory["file"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.SetUser);
        File.SetLastWriteTimeUtc(_directory["file"], DateTime.UnixEpoch.AddTicks(12_345_6789));
        FileStatus status = _directory.Handle.Stat("file"u8);
        string[] stat = Shell.Output("stat", "-c", "%u %g %s %i %h %f", _directory["file"]).Split(' ');
        Assert.Equal(FileType.Regular, status.Type);
        Assert.True(status.IsRegular);
        Assert.Equal(stat[0], $"{status.Uid}");
        Assert.Equal(stat[1], $"{status.Gid}");
        Assert.Equal(stat[2], $"{status.Size}");
        Assert.Equal(stat[3], $"{status.Inode}");
        Assert.Equal(stat[4], $"{status.LinkCount}");
        Assert.Equal(Convert.ToInt32(stat[5], 16) & 0xFFF, status.Mode);
        Assert.Equal(new FileTime(12, 345_678_900), status.Modified);
        Assert.True(status.Changed > status.Modified);
    }

    [Fact]
    public void A_missing_entry_can_be_asked_for()
    {
        Assert.False(_directory.Handle.TryStat("none"u8, out _));
        Assert.Equal(Errno.ENOENT, Assert.Throws<SyscallException>(() => _directory.Handle.Stat("none"u8)).Errno);
        _directory.Write("file", "");
        using SafeFileHandle file = _directory.Handle.OpenRead("file"u8);
        Assert.Equal(0, DirectoryHandle.FileStatusOf(file).Size);
    }

    [Fact]
    public void Names_that_are_not_utf8_come_back_as_they_went_in()
    {
        byte[] first = [0xFF, 0xFE, (byte)'a'];
        byte[] second = [0xFE, 0xFF, (byte)'a'];
        _directory.Handle.CreateFile(first, 0x1A4).Dispose();
        _directory.Handle.MakeDirectory(second, 0x1ED);
        DirectoryEntry[] entries = [.. _directory.Handle.List().OrderBy(e => e.Name, ByteComparer.Ordinal)];
        Assert.Equal([second, first], entries.Select(e => e.Name));
        Assert.Equal([FileType.Directory, FileType.Regular], entries.Select(e => e.Type));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("/")]
    [InlineData("a\0b")]
    public void A_name_that_could_lead_elsewhere_is_refused(string name)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        Assert.Throws<ArgumentException>(() => _directory.Handle.Stat(bytes));
        Assert.Throws<ArgumentException>(() => _directory.Handle.OpenRead(bytes));
        Assert.Throws<ArgumentException>(() => _directory.Handle.MakeDirectory(bytes, 0x1ED));
        Assert.Throws<ArgumentException>(() => _directory.Handle.GetAttribute(bytes, "user.a"));
        Assert.Throws<ArgumentException>(() => _directory.Handle.RemoveTree(bytes));
    }

    [Fact]
    public void A_name_longer_than_the_kernel_takes_is_refused() =>
        Assert.Equal(Errno.ENAMETOOLONG, Assert.Throws<SyscallException>(() => _directory.Handle.Stat(new byte[256].Select(_ => (byte)'a').ToArray())).Errno);

    [Fact]
    public void More_entries_than_one_call_returns_are_all_listed()
    {
        string[] names = [.. Enumerable.Range(0, 3000).Select(i => $"entry-with-a-long-name-{i:d6}")];
        foreach (string name in names) _directory.Handle.MakeSymbolicLink("t"u8, Encoding.UTF8.GetBytes(name));
        Assert.Equal(names, _directory.Handle.List().Select(e => UnixPath.Decode(e.Name)).Order(StringComparer.Ordinal));
        Assert.Equal(3000, _directory.Handle.List().Count);
    }

    [Fact]
    public void Opening_does_not_follow_a_link()
    {
        _directory.Write("file", "x");
        Directory.CreateDirectory(_directory["real"]);
        _directory.Handle.MakeSymbolicLink("file"u8, "link"u8);
        _directory.Handle.MakeSymbolicLink("real"u8, "dirlink"u8);
        Assert.Equal(Errno.ELOOP, Assert.Throws<SyscallException>(() => _directory.Handle.OpenRead("link"u8)).Errno);
        Assert.Equal(Errno.ELOOP, Assert.Throws<SyscallException>(() => _directory.Handle.OpenWrite("link"u8)).Errno);
        Assert.Equal(Errno.ENOTDIR, Assert.Throws<SyscallException>(() => _directory.Handle.OpenDirectory("dirlink"u8)).Errno);
        Assert.Equal(Errno.EEXIST, Assert.Throws<SyscallException>(() => _directory.Handle.CreateFile("link"u8, 0x1A4)).Errno);
        Assert.Equal(FileType.SymbolicLink, _directory.Handle.Stat("link"u8).Type);
        Assert.Equal("file"u8.ToArray(), _directory.Handle.ReadLink("link"u8));
    }

    [Fact]
    public void Opening_for_reading_takes_regular_files_only_and_never_blocks()
    {
        _directory.Handle.MakeNode("pipe"u8, FileType.Fifo, 0x1A4);
        _directory.Handle.MakeDirectory("dir"u8, 0x1ED);
        Assert.Equal(Errno.EINVAL, Assert.Throws<SyscallException>(() => _directory.Handle.OpenRead("pipe"u8)).Errno);
        Assert.Equal(Errno.EISDIR, Assert.Throws<SyscallException>(() => _directory.Handle.OpenRead("dir"u8)).Errno);
        Assert.Equal(FileType.Fifo, _directory.Handle.Stat("pipe"u8).Type);
    }

    [Fact]
    public void A_long_link_target_is_read_whole()
    {
        byte[] target = [.. Enumerable.Repeat((byte)'x', 4000)];
        _directory.Handle.MakeSymbolicLink(target, "long"u8);
        Assert.Equal(target, _directory.Handle.ReadLink("long"u8));
    }

    [Fact]
    public void Paths_beneath_resolve_links_inside_the_root_only()
    {
        Directory.CreateDirectory(_directory["etc"]);
        _directory.Write("etc/passwd", "inside");
        _directory.Handle.MakeSymbolicLink("/etc"u8, "absolute"u8);
        _directory.Handle.MakeSymbolicLink("../../../../../../etc/passwd"u8, "up"u8);
        foreach (byte[] path in new[] { "etc/passwd"u8.ToArray(), "/etc/passwd"u8.ToArray(), "absolute/passwd"u8.ToArray(), "up"u8.ToArray(), "../../etc/passwd"u8.ToArray() })
        {
            using SafeFileHandle file = _directory.Handle.OpenFileBeneath(path);
            using StreamReader reader = new(new FileStream(file, FileAccess.Read, 1));
            Assert.Equal("inside", reader.ReadToEnd());
        }

        using DirectoryHandle etc = _directory.Handle.OpenDirectoryBeneath("absolute"u8);
        Assert.Equal("passwd", UnixPath.Decode(Assert.Single(etc.List()).Name));
        using DirectoryHandle self = _directory.Handle.OpenDirectoryBeneath(default);
        Assert.Equal(_directory.Handle.StatSelf().Inode, self.StatSelf().Inode);
        SyscallException e = Assert.Throws<SyscallException>(() => _directory.Handle.OpenFileBeneath("etc/none"u8));
        Assert.Equal("openat2(etc/none): ENOENT (2): No such file or directory", e.Message);
        Assert.True(_directory.Handle.TryStatBeneath("up"u8, followLast: true, out FileStatus followed));
        Assert.Equal(FileType.Regular, followed.Type);
        Assert.True(_directory.Handle.TryStatBeneath("up"u8, followLast: false, out FileStatus link));
        Assert.Equal(FileType.SymbolicLink, link.Type);
        Assert.False(_directory.Handle.TryStatBeneath("etc/passwd/x"u8, followLast: false, out _));
    }

    [Fact]
    public void Magic_links_of_proc_are_refused()
    {
        using DirectoryHandle proc = DirectoryHandle.Open("/proc");
        Assert.Equal(Errno.ELOOP, Assert.Throws<SyscallException>(() => proc.OpenDirectoryBeneath("self/cwd"u8)).Errno);
    }

    [Fact]
    public void Hard_links_share_the_file_and_renaming_moves_it()
    {
        _directory.Write("a", "text");
        _directory.Handle.MakeDirectory("d"u8, 0x1ED);
        using DirectoryHandle d = _directory.Handle.OpenDirectory("d"u8);
        d.MakeHardLink(_directory.Handle, "a"u8, "b"u8);
        Assert.Equal(2, d.Stat("b"u8).LinkCount);
        Assert.Equal(Errno.EEXIST, Assert.Throws<SyscallException>(() => d.MakeHardLink(_directory.Handle, "a"u8, "b"u8)).Errno);
        d.Rename("b"u8, _directory.Handle, "c"u8);
        Assert.Empty(d.List());
        Assert.Equal(Errno.EEXIST, Assert.Throws<SyscallException>(() => _directory.Handle.Rename("c"u8, _directory.Handle, "a"u8, replace: false)).Errno);
        Assert.Equal("text", File.ReadAllText(_directory["c"]));
        _directory.Handle.RemoveFile("c"u8);
        _directory.Handle.RemoveDirectory("d"u8);
        Assert.Equal("a", UnixPath.Decode(Assert.Single(_directory.Handle.List()).Name));
        Assert.Equal(Errno.ENOENT, Assert.Throws<SyscallException>(() => _directory.Handle.RemoveFile("c"u8)).Errno);
    }

    [Fact]
    public void Mode_and_time_change_the_entry_and_leave_the_target_of_a_link()
    {
        _directory.Write("file", "");
        File.SetUnixFileMode(_directory["file"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _directory.Handle.MakeSymbolicLink("file"u8, "link"u8);
        _directory.Handle.SetMode("file"u8, 0x9ED);
        Assert.Equal(0x9ED, _directory.Handle.Stat("file"u8).Mode);
        Assert.Equal(Errno.EOPNOTSUPP, Assert.Throws<SyscallException>(() => _directory.Handle.SetMode("link"u8, 0x1FF)).Errno);
        _directory.Handle.SetTimes("link"u8, new FileTime(-5, 7));
        Assert.Equal(new FileTime(-5, 7), _directory.Handle.Stat("link"u8).Modified);
        Assert.NotEqual(new FileTime(-5, 7), _directory.Handle.Stat("file"u8).Modified);
        _directory.Handle.SetModeSelf(0x1C0);
        _directory.Handle.SetTimesSelf(new FileTime(100, 0));
        Assert.Equal((0x1C0, new FileTime(100, 0)), (_directory.Handle.StatSelf().Mode, _directory.Handle.StatSelf().Modified));
    }

    [Fact]
    public void Owners_and_device_nodes_are_set_as_root()
    {
        if (Abilities.LacksRoot(output.WriteLine)) return;
        _directory.Write("file", "");
        _directory.Handle.MakeSymbolicLink("file"u8, "link"u8);
        _directory.Handle.SetOwner("link"u8, 70_000, 3_000_000);
        Assert.Equal((70_000, 3_000_000), (_directory.Handle.Stat("link"u8).Uid, _directory.Handle.Stat("link"u8).Gid));
        Assert.Equal(0, _directory.Handle.Stat("file"u8).Uid);
        _directory.Handle.SetOwnerSelf(5, 6);
        Assert.Equal((5, 6), (_directory.Handle.StatSelf().Uid, _directory.Handle.StatSelf().Gid));
        _directory.Handle.MakeNode("white"u8, FileType.CharacterDevice, 0, 0, 0);
        _directory.Handle.MakeNode("big"u8, FileType.BlockDevice, 0x180, 1234, 123_456);
        FileStatus white = _directory.Handle.Stat("white"u8);
        FileStatus big = _directory.Handle.Stat("big"u8);
        Assert.Equal((FileType.CharacterDevice, 0u, 0u), (white.Type, white.DeviceMajor, white.DeviceMinor));
        Assert.Equal((FileType.BlockDevice, 1234u, 123_456u), (big.Type, big.DeviceMajor, big.DeviceMinor));
        Assert.Throws<ArgumentOutOfRangeException>(() => _directory.Handle.MakeNode("x"u8, FileType.Regular, 0));
    }

    [Fact]
    public void An_open_file_takes_mode_time_and_length()
    {
        using SafeFileHandle file = _directory.Handle.CreateFile("f"u8, 0x180);
        FileMetadata.SetLength(file, 5000);
        FileMetadata.SetMode(file, 0x9ED);
        FileMetadata.SetTimes(file, new FileTime(1, 2));
        FileStatus status = _directory.Handle.Stat("f"u8);
        Assert.Equal((5000, 0x9ED, new FileTime(1, 2)), (status.Size, status.Mode, status.Modified));
        Assert.Equal(Errno.EINVAL, Assert.Throws<SyscallException>(() => FileMetadata.SetLength(file, -1)).Errno);
    }

    [Fact]
    public void Extended_attributes_are_kept_as_bytes()
    {
        _directory.Write("file", "");
        _directory.Handle.MakeSymbolicLink("file"u8, "link"u8);
        byte[] large = [.. Enumerable.Range(0, 2000).Select(i => (byte)i)];
        _directory.Handle.SetAttribute("file"u8, "user.large", large);
        _directory.Handle.SetAttribute("file"u8, "user.empty", default);
        Assert.Equal(["user.empty", "user.large"], _directory.Handle.ListAttributes("file"u8).Order(StringComparer.Ordinal));
        Assert.Equal(large, _directory.Handle.GetAttribute("file"u8, "user.large"));
        Assert.Equal([], _directory.Handle.GetAttribute("file"u8, "user.empty")!);
        Assert.Null(_directory.Handle.GetAttribute("file"u8, "user.none"));
        Assert.True(_directory.Handle.RemoveAttribute("file"u8, "user.large"));
        Assert.False(_directory.Handle.RemoveAttribute("file"u8, "user.large"));
        Assert.Empty(_directory.Handle.ListAttributes("link"u8));
        Assert.Equal(Errno.EPERM, Assert.Throws<SyscallException>(() => _directory.Handle.SetAttribute("link"u8, "user.a", default)).Errno);
        Assert.Equal("lgetxattr(none, user.a): ENOENT (2): No such file or directory", Assert.Throws<SyscallException>(() => _directory.Handle.GetAttribute("none"u8, "user.a")).Message);
        _directory.Handle.SetAttributeSelf("user.self", "v"u8);
        Assert.Equal("v"u8.ToArray(), _directory.Handle.GetAttributeSelf("user.self"));
        Assert.Equal(["user.self"], _directory.Handle.ListAttributesSelf());
    }

    [Fact]
    public void A_tree_is_removed_without_following_links_out()
    {
        using TemporaryDirectory outside = new();
        outside.Write("keep", "");
        Directory.CreateDirectory(_directory["tree/a/b"]);
        _directory.Write("tree/a/b/c", "");
        using (DirectoryHandle tree = _directory.Handle.OpenDirectory("tree"u8)) tree.MakeSymbolicLink(UnixPath.Encode(outside.Path), "out"u8);
        _directory.Handle.RemoveTree("tree"u8);
        Assert.Empty(_directory.Handle.List());
        Assert.True(File.Exists(outside["keep"]));
        _directory.Handle.RemoveTree("tree"u8);
        _directory.Write("file", "");
        _directory.Handle.RemoveTree("file"u8);
        Assert.Empty(_directory.Handle.List());
    }

    [Fact]
    public void A_tree_far_deeper_than_a_path_can_say_is_removed()
    {
        DirectoryHandle current = _directory.Handle.Duplicate();
        byte[] name = [.. Enumerable.Repeat((byte)'d', 100)];
        for (int i = 0; i < 1500; i++)
        {
            current.MakeDirectory(name, 0x1ED);
            current.CreateFile("f"u8, 0x1A4).Dispose();
            DirectoryHandle next = current.OpenDirectory(name);
            current.Dispose();
            current = next;
        }

        current.Dispose();
        _directory.Handle.RemoveContents();
        Assert.Empty(_directory.Handle.List());
    }

    [Fact]
    public void Descriptors_are_closed_on_exec()
    {
        using SafeFileHandle file = _directory.Handle.CreateFile("f"u8, 0x1A4);
        using DirectoryHandle copy = _directory.Handle.Duplicate();
        using DirectoryHandle beneath = _directory.Handle.OpenDirectoryBeneath(default);
        foreach (SafeFileHandle handle in new[] { file, copy.Handle, beneath.Handle, _directory.Handle.Handle })
        {
            string flags = File.ReadLines($"/proc/self/fdinfo/{handle.DangerousGetHandle()}").First(l => l.StartsWith("flags:", StringComparison.Ordinal));
            Assert.Equal(0x80000, Convert.ToInt32(flags.Split('\t')[1], 8) & 0x80000);
        }
    }
}
