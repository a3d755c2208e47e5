using Builder.Linux.Files;

namespace Builder.Linux.Tests.Files;

public sealed class RegularFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Files_of_a_directory_are_opened_through_links_that_stay_in_it_and_no_others()
    {
        Directory.CreateDirectory(_directory["in/sub"]);
        _directory.Write("in/sub/file", "inside");
        _directory.Write("outside", "outside");
        foreach ((string name, string target) in ((string, string)[])[("good", "sub/file"), ("rooted", "/sub/file"), ("up", "../outside"), ("far", "/etc/hostname"), ("circle", "circle"), ("directory", "sub")])
            File.CreateSymbolicLink(_directory["in/" + name], target);
        _directory.Handle.MakeNode("pipe"u8, FileType.Fifo, 0x1A4);
        File.Move(_directory["pipe"], _directory["in/pipe"]);

        Assert.Equal("inside", Read("in/good"));
        Assert.Equal("inside", Read("in/sub/file"));
        Assert.Equal("outside", Read("outside"));
        foreach (string name in (string[])["in/up", "in/far"])
        {
            IOException e = Assert.ThrowsAny<IOException>(() => Read(name));
            Assert.Contains("is a symbolic link that leads out of", e.Message, StringComparison.Ordinal);
        }

        Assert.Contains("is not a regular file", Assert.ThrowsAny<IOException>(() => Read("in/pipe")).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<IOException>(() => Read("in/circle"));
        Assert.ThrowsAny<IOException>(() => Read("in/directory"));
        Assert.ThrowsAny<IOException>(() => Read("in/none"));
    }

    [Fact]
    public void A_directory_whose_name_only_begins_the_same_is_another()
    {
        Directory.CreateDirectory(_directory["in"]);
        Directory.CreateDirectory(_directory["in-other"]);
        _directory.Write("target", "named");
        File.CreateSymbolicLink(_directory["in-other/link"], "../target");
        Assert.Equal("named", Read("in-other/link"));
    }

    private string Read(string name)
    {
        using var reader = new StreamReader(RegularFile.OpenRead(_directory[name], _directory["in"]));
        return reader.ReadToEnd();
    }
}
