using Builder.Graph.Printing;

namespace Builder.Graph.Tests.Lowering;

/// <summary>Every Dockerfile of the corpus lowers, whatever its base images are, or uses something that is not supported yet.</summary>
public class CorpusTests
{
    public static TheoryData<string> Dockerfiles => new(Directory
        .EnumerateFiles(Path.Combine(Root, "testdata", "dockerfiles"), "Dockerfile", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Root, path))
        .Order(StringComparer.Ordinal));

    private static string Root { get; } = FindRoot();

    [Theory]
    [MemberData(nameof(Dockerfiles))]
    public void Every_dockerfile_of_the_corpus_lowers(string path)
    {
        var lowered = Lowered.From(File.ReadAllText(Path.Combine(Root, path)));
        // What the executor can't do yet (BLD24xx) is said of the corpus too; nothing else may be.
        Assert.Empty(lowered.Errors.Where(d => !d.Code.StartsWith("BLD24", StringComparison.Ordinal)).Select(d => $"{d.Code} {d.Message}"));
        if (lowered.Result.Build is not { } build) return;
        Assert.Equal(build.Graph.Vertices.Count, GraphPrinter.ToText(build.Graph).Count(c => c == '\n'));
    }

    private static string FindRoot()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Builder.sln"))) directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("Builder.sln is in no directory above the tests");
    }
}
