using System.Text.RegularExpressions;
using System.Xml.Linq;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Structure;

/// <summary>The projects reference each other as the table in docs/architecture.md says, and no other way.</summary>
public sealed partial class LayeringTests
{
    [Fact]
    public void Every_project_references_only_what_the_table_allows()
    {
        Dictionary<string, HashSet<string>> allowed = ReadTable();
        foreach (string path in Directory.EnumerateFiles(Repository.PathTo("src"), "*.csproj", SearchOption.AllDirectories))
        {
            string project = Path.GetFileNameWithoutExtension(path);
            Assert.True(allowed.ContainsKey(project), $"{project} is not in the table of docs/architecture.md");
            foreach (string reference in References(path))
                Assert.True(allowed[project].Contains(reference), $"{project} references {reference}, which docs/architecture.md does not allow");
        }
    }

    [Fact]
    public void Every_row_of_the_table_is_a_project()
    {
        foreach (string project in ReadTable().Keys)
            Assert.True(File.Exists(Repository.PathTo($"src/{project}/{project}.csproj")), project);
    }

    [Fact]
    public void Only_one_project_is_unsafe()
    {
        string[] projects = [.. Directory.EnumerateFiles(Repository.PathTo("src"), "*.csproj", SearchOption.AllDirectories)
            .Where(path => File.ReadAllText(path).Contains("<AllowUnsafeBlocks>true", StringComparison.Ordinal)).Select(path => Path.GetFileNameWithoutExtension(path))];
        Assert.Equal(["Builder.Linux"], projects);
    }

    [Fact]
    public void Every_project_has_its_tests()
    {
        foreach (string project in ReadTable().Keys)
            Assert.True(File.Exists(Repository.PathTo($"tests/{project}.Tests/{project}.Tests.csproj")), $"tests/{project}.Tests");
    }

    private static IEnumerable<string> References(string projectPath) =>
        XDocument.Load(projectPath).Descendants("ProjectReference")
            .Select(e => Path.GetFileNameWithoutExtension(e.Attribute("Include")!.Value.Replace('\\', '/')));

    private static Dictionary<string, HashSet<string>> ReadTable()
    {
        Dictionary<string, HashSet<string>> table = new(StringComparer.Ordinal);
        foreach (Match row in Row().Matches(File.ReadAllText(Repository.PathTo("docs/architecture.md"))))
        {
            string references = row.Groups["references"].Value.Trim();
            table[row.Groups["project"].Value] = [.. references.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Where(name => name != "–").Select(name => "Builder." + name)];
        }

        if (table.TryGetValue("Builder.Cli", out HashSet<string>? cli) && cli.Remove("Builder.all"))
            cli.UnionWith(table.Keys);
        Assert.NotEmpty(table);
        return table;
    }

    [GeneratedRegex(@"^\| `(?<project>Builder\.\w+)` \|[^|]*\|(?<references>[^|]*)\|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Row();
}
