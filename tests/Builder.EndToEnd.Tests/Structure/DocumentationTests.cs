using System.Text.RegularExpressions;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Structure;

/// <summary>What the documents name exists.</summary>
public sealed partial class DocumentationTests
{
    public static TheoryData<string> Documents =>
        new(Directory.EnumerateFiles(Repository.PathTo("docs"), "*.md", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Repository.Root, "*.md"))
            .Select(path => Path.GetRelativePath(Repository.Root, path)).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_path_exists(string document)
    {
        string text = File.ReadAllText(Repository.PathTo(document));
        string directory = Path.GetDirectoryName(Repository.PathTo(document))!;
        string[] dead =
        [
            .. Link().Matches(text).Select(m => m.Groups["path"].Value).Where(path => !Exists(Path.Combine(directory, path))),
            .. Code().Matches(text).Select(m => m.Groups["path"].Value).Where(path => !Exists(Repository.PathTo(path))),
        ];
        Assert.True(dead.Length == 0, $"{document} names what does not exist: {string.Join(", ", dead)}");
    }

    [Fact]
    public void The_readme_names_every_command()
    {
        string readme = File.ReadAllText(Repository.PathTo("README.md"));
        foreach (string command in new[] { "build", "images", "tag", "rmi", "inspect", "history", "save", "load", "import", "run", "info", "version" })
            Assert.Contains($"| `{command}` |", readme, StringComparison.Ordinal);
    }

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    /// <summary>A relative link; addresses and anchors are not looked at.</summary>
    [GeneratedRegex(@"\]\((?!\w+:|#)(?<path>[^)#\s]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();

    /// <summary>A path in code quotes that begins with one of the repository's own names; patterns are not looked at. out/ is made by building.</summary>
    [GeneratedRegex(@"`(\./)?(?<path>((src|tests|testdata|docs|bench|\.ci)(/[\w.+-]+)*/?)|quickstart|test|[A-Z][\w.]+\.(md|props|sln))`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();
}
