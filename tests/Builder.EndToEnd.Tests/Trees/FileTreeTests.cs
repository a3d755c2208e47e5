using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Trees;

/// <summary>The comparison itself, so that "no difference" means something.</summary>
public sealed class FileTreeTests
{
    [Fact]
    public async Task Gnu_and_pax_archives_of_a_tree_read_the_same()
    {
        string root = Directory.CreateTempSubdirectory("tree").FullName;
        try
        {
            string deep = Path.Combine(root, string.Join('/', Enumerable.Repeat("a-long-directory-name", 9)));
            Directory.CreateDirectory(deep);
            await File.WriteAllTextAsync(Path.Combine(deep, new string('n', 120)), "content");
            await File.WriteAllTextAsync(Path.Combine(root, "two"), "names");
            (await new Command("ln", Path.Combine(root, "two"), Path.Combine(root, "more")).RunAsync()).Succeeded();
            File.CreateSymbolicLink(Path.Combine(root, "link"), new string('t', 150));
            FileTree gnu = await PackAsync(root, "gnu");
            FileTree pax = await PackAsync(root, "pax");
            Assert.Empty(gnu.DifferencesToDocker(pax));
            Assert.Equal("more, two", gnu["two"].Names);
            Assert.Equal("more, two", gnu["more"].Names);
            Assert.Equal(150, gnu["link"].LinkTarget.Length);
            Assert.Equal(7, gnu.Entries.Values.Single(e => e.Path.EndsWith("nnn", StringComparison.Ordinal)).Size);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Theory]
    [InlineData("chmod 0600 two")]
    [InlineData("printf other > two")]
    [InlineData("rm more && cp -p two more")]
    [InlineData("rm link && ln -s elsewhere link")]
    [InlineData("rm two")]
    [InlineData("mkdir new")]
    public async Task A_changed_tree_differs(string change)
    {
        string root = Directory.CreateTempSubdirectory("tree").FullName;
        try
        {
            await new Command("sh", "-c", "printf names > two && ln two more && ln -s two link") { Directory = root }.RunAsync();
            FileTree before = await PackAsync(root, "gnu");
            (await new Command("sh", "-c", change) { Directory = root }.RunAsync()).Succeeded();
            Assert.NotEmpty((await PackAsync(root, "gnu")).DifferencesToDocker(before));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static async Task<FileTree> PackAsync(string root, string format) =>
        FileTree.Read((await new Command("tar", $"--format={format}", "-C", root, "-cf", "-", ".").RunAsync()).Succeeded().OutputBytes);
}
