using System.Text;
using Builder.Cli.Rendering;

namespace Builder.Cli.Builds.Calls;

/// <summary>Aligns cells as BuildKit's tables do: each column as wide as its widest cell.</summary>
internal static class Columns
{
    /// <summary>Prints the rows.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="rows">All with as many cells.</param>
    /// <param name="padding">Blanks between columns.</param>
    public static void Write(TextWriter output, IReadOnlyList<string[]> rows, int padding)
    {
        string[][] shown = [.. rows.Select(row => row.Select(SourceExcerpt.Escape).ToArray())];
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(c => shown.Max(row => DisplayText.WidthOf(row[c])) + padding)];
        foreach (string[] row in shown)
        {
            var line = new StringBuilder();
            for (int c = 0; c < row.Length; c++)
            {
                line.Append(row[c]);
                if (c < row.Length - 1) line.Append(' ', widths[c] - DisplayText.WidthOf(row[c]));
            }

            output.Write(line.Append('\n').ToString());
        }
    }
}
