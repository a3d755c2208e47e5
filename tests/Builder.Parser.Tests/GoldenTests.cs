using Builder.Parser.Text;

namespace Builder.Parser.Tests;

/// <summary>Whole files with their whole trees. <c>BUILDER_UPDATE_GOLDEN=1</c> writes the trees anew; every difference wants an explanation.</summary>
public sealed class GoldenTests
{
    [Theory]
    [InlineData("stages")]
    [InlineData("heredocs")]
    [InlineData("backtick")]
    [InlineData("mistakes")]
    public void The_tree_is_as_recorded(string name)
    {
        string folder = Path.Combine(SharedData.RepositoryRoot, "tests", "Builder.Parser.Tests", "Golden", name);
        var source = new SourceText(File.ReadAllText(Path.Combine(folder, "Dockerfile")), "Dockerfile");
        string actual = TreeText.Of(DockerfileParser.Parse(source));
        string recorded = Path.Combine(folder, "tree.txt");
        if (Environment.GetEnvironmentVariable("BUILDER_UPDATE_GOLDEN") == "1") File.WriteAllText(recorded, actual);
        Assert.Equal(File.ReadAllText(recorded), actual);
    }
}
