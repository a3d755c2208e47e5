using Builder.Graph.Expansion;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Graph.Tests.Expansion;

/// <summary>The public table of expansion cases, read in place.</summary>
public sealed class ExpansionTableTests
{
    private static readonly Dictionary<string, string> Variables = new()
    {
        ["PWD"] = "/home",
        ["SHELL"] = "bash",
        ["KOREAN"] = "한국어",
        ["NULL"] = "",
    };

    [ExpansionTableFact]
    public void Every_row_of_the_table_expands_as_stated()
    {
        var failures = new List<string>();
        int rows = 0;
        foreach (string line in System.IO.File.ReadLines(ExpansionTable.File))
        {
            if (line.StartsWith('#') || line.Trim().Length == 0) continue;
            string[] cells = line.Split('|');
            if (cells[0].Trim() == "W") continue;
            string source = cells[1].Trim();
            string expected = cells[2].Trim();
            rows++;
            ExpansionResult result = WordExpander.Expand(
                new Word(source, new SourceSpan(0, source.Length)), '\\', name => Variables.GetValueOrDefault(name));
            string actual = result.Succeeded ? result.Text : "error";
            if (actual != expected) failures.Add($"{source} -> {actual}, expected {expected}");
        }

        Assert.Empty(failures);
        Assert.True(rows > 150, $"only {rows} rows");
    }
}
