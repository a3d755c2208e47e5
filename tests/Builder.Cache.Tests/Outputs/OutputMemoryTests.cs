using Builder.Oci;

namespace Builder.Cache.Tests.Outputs;

/// <summary>A file counts as what was written to it only while nobody touched it.</summary>
public sealed class OutputMemoryTests : IDisposable
{
    private static readonly Digest Content = Digest.Sha256("archive"u8);

    private readonly TestStore _test = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("builder-output-");

    private string Archive => Path.Combine(_directory.FullName, "image.tar");

    [Fact]
    public async Task What_was_written_is_current_for_a_later_process_and_nothing_else_is()
    {
        await WriteAsync();

        using BuilderStore later = _test.OpenAnother();
        Assert.True(later.Outputs.IsCurrent(Archive, Content));
        Assert.False(later.Outputs.IsCurrent(Archive, Digest.Sha256("other"u8)));
        Assert.False(later.Outputs.IsCurrent(Archive + "2", Content));
    }

    [Fact]
    public async Task A_file_of_the_same_size_and_mtime_with_other_content_is_not_current()
    {
        await WriteAsync();
        DateTime time = File.GetLastWriteTimeUtc(Archive);
        File.WriteAllText(Archive, "ARCHIVE");
        File.SetLastWriteTimeUtc(Archive, time);

        Assert.False(_test.Store.Outputs.IsCurrent(Archive, Content));
    }

    [Fact]
    public async Task A_removed_file_and_a_link_to_it_are_not_current()
    {
        await WriteAsync();
        File.Move(Archive, Archive + "2");
        Assert.False(_test.Store.Outputs.IsCurrent(Archive, Content));

        File.CreateSymbolicLink(Archive, Archive + "2");
        Assert.False(_test.Store.Outputs.IsCurrent(Archive, Content));
    }

    public void Dispose()
    {
        _test.Dispose();
        _directory.Delete(recursive: true);
    }

    private async Task WriteAsync()
    {
        File.WriteAllText(Archive, "archive");
        await _test.Store.Outputs.RememberAsync(Archive, Content, CancellationToken.None);
    }
}
