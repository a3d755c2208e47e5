using Builder.Graph.Checks;

namespace Builder.Graph.Tests.Checks;

/// <summary>The page about checks and the code list the same ones.</summary>
public sealed class CheckDocumentationTests
{
    [Fact]
    public void The_page_lists_every_check_in_the_order_of_the_table()
    {
        IEnumerable<string> documented = File.ReadLines(Path.Combine(Root(), "docs", "checks.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Select(line => line.Split('|')[1].Trim())
            .Where(name => name is not ("Check" or "---"));
        Assert.Equal(CheckRules.All.Select(rule => rule.Name), documented);
    }

    private static string Root()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "Builder.sln"))) directory = Path.GetDirectoryName(directory);
        return directory ?? throw new InvalidOperationException("the tests run outside of the repository");
    }
}
