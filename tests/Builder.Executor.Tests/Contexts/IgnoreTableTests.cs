using Builder.Executor.Contexts;
using Builder.Executor.Tests.Trees;

namespace Builder.Executor.Tests.Contexts;

/// <summary>What ignore files keep, row by row: <c>ignore-table.txt</c>, whose verdicts are Docker's own but for those that say why not.</summary>
public sealed class IgnoreTableTests
{
    private const int Rows = 411;

    [Fact]
    public void Every_row_of_the_table_has_its_verdict()
    {
        List<Row> table = ReadTable();

        Assert.Equal(Rows, table.Count);
        List<Row> wrong = table.FindAll(row => IgnoreRules.Parse(row.Rules, ".dockerignore").Excludes(TreePath.Parse(row.Path)) != row.Ignored);
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void A_walk_finds_what_single_paths_promise_although_it_leaves_out_what_it_need_not_enter()
    {
        var wrong = new List<string>();
        foreach (IGrouping<string, Row> group in ReadTable().GroupBy(row => row.Rules))
        {
            using var tree = new TestTree();
            Row[] rows = [.. group.Where(row => !group.Any(other => other.Path.StartsWith(row.Path + "/", StringComparison.Ordinal)))];
            foreach (Row row in rows)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(tree.At(row.Path))!);
                File.WriteAllText(tree.At(row.Path), "");
            }

            using SourceTree context = tree.AsContext(group.Key);
            HashSet<string> found =
                [.. context.Walk(TreePath.Root, IgnoreRules.None, TreePath.Root).Where(e => e.Status.IsRegular).Select(e => e.Path.ToString())];
            wrong.AddRange(rows.Where(row => found.Contains(row.Path) == row.Ignored).Select(row => row.ToString()));
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    private static List<Row> ReadTable()
    {
        var rows = new List<Row>();
        var rules = new List<string>();
        bool inRules = false;
        foreach (string line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Contexts", "ignore-table.txt")))
        {
            if (line.StartsWith('>'))
            {
                if (!inRules) rules.Clear();
                rules.Add(line.Length > 2 ? line[2..].Replace('␠', ' ').Replace('␉', '\t') : "");
                inRules = true;
            }
            else if (line.Length > 0 && !line.StartsWith('#'))
            {
                inRules = false;
                rows.Add(new Row(string.Join('\n', rules), line[8..], line.StartsWith("ignored", StringComparison.Ordinal)));
            }
        }

        return rows;
    }

    private sealed record Row(string Rules, string Path, bool Ignored)
    {
        public override string ToString() => $"{Rules.Replace("\n", " | ", StringComparison.Ordinal)} => {Path}: {(Ignored ? "ignored" : "kept")}";
    }
}
