using System.Text;
using Builder.Oci;

namespace Builder.Cli.Formatting;

/// <summary>
/// Columns as docker prints them: at least ten wide, three blanks between, the last one as it is. Cells may hold what strangers wrote: of control
/// characters only line breaks reach the terminal.
/// </summary>
internal sealed class TextTable(params string[] header)
{
    private const int MinimumWidth = 10;
    private const int Padding = 3;
    private readonly List<string[]> _rows = [header];

    /// <summary>Adds a row.</summary>
    public void Add(params string[] cells)
    {
        if (cells.Length != header.Length) throw new ArgumentException($"a row has {header.Length} cells", nameof(cells));
        _rows.Add([.. cells.Select(c => string.Join('\n', c.Split('\n').Select(SafeText.Of)))]);
    }

    /// <summary>Prints the table.</summary>
    public void Write(TextWriter writer)
    {
        int[] widths = [.. Enumerable.Range(0, header.Length).Select(c => Math.Max(MinimumWidth, _rows.Max(r => r[c].Length) + Padding))];
        foreach (string[] row in _rows)
        {
            var line = new StringBuilder();
            for (int c = 0; c < row.Length; c++) line.Append(c == row.Length - 1 ? row[c] : row[c].PadRight(widths[c]));
            writer.Write(line.Append('\n').ToString());
        }
    }
}
