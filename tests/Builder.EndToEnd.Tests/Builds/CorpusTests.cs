using System.Text.RegularExpressions;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Builds;

/// <summary>Every Dockerfile of the corpus parses and has a graph. Base images that aren't here are stood in for by busybox.</summary>
public sealed partial class CorpusTests(CorpusWorkspace corpus) : IClassFixture<CorpusWorkspace>
{
    public static TheoryData<string> Cases =>
        new(Directory.EnumerateDirectories(Repository.PathTo("testdata/dockerfiles"))
            .Where(d => File.Exists(Path.Combine(d, "Dockerfile"))).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal));

    [EndToEndTheory]
    [MemberData(nameof(Cases))]
    public async Task A_dockerfile_has_a_graph(string name)
    {
        Workspace workspace = await corpus.GetAsync();
        string path = Path.Combine(Repository.Case(name), "Dockerfile");
        string text = await File.ReadAllTextAsync(path);
        foreach (string image in Images(text))
            (await workspace.RunAsync("tag", "busybox", image)).Succeeded();
        Assert.NotEmpty((await workspace.RunAsync("build", "--print-graph", "-f", path, Repository.Case(name))).Succeeded().Output);
    }

    [EndToEndTheory]
    [InlineData("s6-overlay", "service web: up\nservice worker: idle 3.2.1.0\ndone\n", "echo", "done")]
    [InlineData("monorepo-variants", "slim\n")]
    [InlineData("mounts", "SOME WORDS\n")]
    [InlineData("onbuild-parent", "alpha\nbeta\nfor production\n")]
    [InlineData("windows-style-escape", "one\nC:\\tools\\\n")]
    [InlineData("busybox-httpd", "<h1>About</h1>\nMore words.\n", "cat", "about.html")]
    public async Task A_case_that_needs_no_more_than_busybox_builds_and_runs(string name, string output, params string[] command)
    {
        Workspace workspace = await corpus.GetAsync();
        (await workspace.RunAsync("build", "--progress", "plain", "-t", "corpus/" + name, Repository.Case(name))).Succeeded();
        Assert.Equal(output, (await workspace.RunAsync(["run", "--rm", "corpus/" + name, .. command])).Succeeded().Output);
    }

    [Fact]
    public void There_are_at_least_fifty() => Assert.True(Cases.Count >= 50, $"only {Cases.Count} cases");

    /// <summary>Names after FROM and --from= that are images: not stages, not numbers, defaults of arguments put in.</summary>
    private static HashSet<string> Images(string dockerfile)
    {
        Dictionary<string, string> defaults = Default().Matches(dockerfile)
            .GroupBy(m => m.Groups["name"].Value, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Groups["value"].Value, StringComparer.Ordinal);
        HashSet<string> stages = [.. Stage().Matches(dockerfile).Select(m => m.Groups["stage"].Value)];
        IEnumerable<string> names = From().Matches(dockerfile).Select(m => m.Groups["image"].Value)
            .Select(image => Variable().Replace(image, m => defaults[m.Groups["name"].Value]));
        return [.. names.Where(name => name != "scratch" && !stages.Contains(name) && !name.All(char.IsAsciiDigit) && name != "busybox" && name != "busybox:latest")];
    }

    [GeneratedRegex(@"^ARG\s+(?<name>\w+)=""?(?<value>[^""\s]*)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Default();

    [GeneratedRegex(@"^FROM\s.*\s[Aa][Ss]\s+(?<stage>\S+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Stage();

    [GeneratedRegex(@"(^FROM\s+(--\S+\s+)*|--from=|[,=]from=)(?<image>[^\s,]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex From();

    [GeneratedRegex(@"\$\{?(?<name>\w+)\}?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Variable();
}
