using Builder.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace Builder.Linux.Tests.Files;

public sealed class FileCopierTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Content_is_copied_and_holes_stay_holes()
    {
        using (FileStream sparse = File.Create(_directory["a"]))
        {
            sparse.Position = 1L << 30;
            sparse.Write("middle"u8);
            sparse.SetLength(10L << 30);
        }

        Copy("a", "b");
        FileInfo copy = new(_directory["b"]);
        Assert.Equal(10L << 30, copy.Length);
        Assert.True(long.Parse(Shell.Output("stat", "-c", "%b", copy.FullName), System.Globalization.CultureInfo.InvariantCulture) < 100);
        using FileStream reader = copy.OpenRead();
        reader.Position = 1L << 30;
        byte[] text = new byte[6];
        reader.ReadExactly(text);
        Assert.Equal("middle"u8.ToArray(), text);
    }

    [Fact]
    public void Data_extents_cover_the_data_and_leave_the_holes()
    {
        using FileStream sparse = File.Create(_directory["a"]);
        sparse.Position = 1 << 20;
        sparse.Write(new byte[] { 1 });
        sparse.Position = 5 << 20;
        sparse.Write(new byte[] { 1 });
        sparse.SetLength(8 << 20);
        sparse.Flush();
        List<FileExtent> extents = [.. FileExtents.Data(sparse.SafeFileHandle, sparse.Length)];
        Assert.Equal(2, extents.Count);
        Assert.InRange(extents[0].Offset, 1, 1 << 20);
        Assert.InRange(extents[1].Offset, (1 << 20) + 1, 5 << 20);
        Assert.True(extents.Sum(e => e.Length) < 1 << 20);
    }

    [Fact]
    public void Empty_and_all_hole_files_have_no_data()
    {
        using FileStream file = File.Create(_directory["a"]);
        Assert.Empty(FileExtents.Data(file.SafeFileHandle, 0));
        file.SetLength(1 << 20);
        Assert.Empty(FileExtents.Data(file.SafeFileHandle, 1 << 20));
    }

    [Fact]
    public void A_file_of_another_file_system_is_copied_through_memory()
    {
        using SafeFileHandle source = File.OpenHandle("/proc/cpuinfo");
        using (SafeFileHandle destination = _directory.Handle.CreateFile("b"u8, 0x1A4)) Assert.Equal(0, FileCopier.Copy(source, destination, CancellationToken.None));
        string other = $"/dev/shm/builder-{Guid.NewGuid():n}";
        byte[] content = new byte[300_000];
        Random.Shared.NextBytes(content);
        File.WriteAllBytes(other, content);
        try
        {
            using SafeFileHandle shared = File.OpenHandle(other);
            using SafeFileHandle destination = _directory.Handle.CreateFile("c"u8, 0x1A4);
            Assert.Equal(content.Length, FileCopier.Copy(shared, destination, CancellationToken.None));
            Assert.Equal(content, File.ReadAllBytes(_directory["c"]));
        }
        finally
        {
            File.Delete(other);
        }
    }

    [Fact]
    public void A_cancelled_copy_stops()
    {
        _directory.Write("a", "text");
        using SafeFileHandle source = _directory.Handle.OpenRead("a"u8);
        using SafeFileHandle destination = _directory.Handle.CreateFile("b"u8, 0x1A4);
        Assert.Throws<OperationCanceledException>(() => FileCopier.Copy(source, destination, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Syncing_files_directories_and_file_systems_works()
    {
        using SafeFileHandle file = _directory.Handle.CreateFile("a"u8, 0x1A4);
        FileSync.File(file);
        FileSync.Directory(_directory.Handle);
        FileSync.Directory(_directory.Path);
        FileSync.FileSystem(_directory.Handle);
        Assert.Equal(Errno.ENOENT, Assert.Throws<SyscallException>(() => FileSync.Directory("/no/such")).Errno);
    }

    private void Copy(string from, string to)
    {
        using SafeFileHandle source = _directory.Handle.OpenRead(UnixPath.Encode(from));
        using SafeFileHandle destination = _directory.Handle.CreateFile(UnixPath.Encode(to), 0x1A4);
        FileCopier.Copy(source, destination, CancellationToken.None);
    }
}
