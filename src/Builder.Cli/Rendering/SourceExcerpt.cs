using System.Globalization;
using System.Text;

namespace Builder.Cli.Rendering;

/// <summary>One source line as a terminal can show it, with the line of marks that goes below it.</summary>
/// <param name="Text">Tabs expanded, control characters spelled out, cut to a window around the culprit.</param>
/// <param name="Indent">Cells before the first mark.</param>
/// <param name="Marks"><c>^~~~</c>, as wide as the culprit is on the screen.</param>
internal sealed record SourceExcerpt(string Text, string Indent, string Marks)
{
    private const int TabWidth = 4;
    private const string Cut = "...";

    /// <summary>Characters that are looked at on either side of the culprit's first one; a line can have millions.</summary>
    private const int Reach = 1024;

    /// <summary>Makes an excerpt.</summary>
    /// <param name="line">The whole line.</param>
    /// <param name="start">Offset of the culprit in it.</param>
    /// <param name="end">Offset behind the culprit, which may lie on a later line.</param>
    /// <param name="width">Cells at most.</param>
    public static SourceExcerpt Of(string line, int start, int end, int width)
    {
        start = Math.Clamp(start, 0, line.Length);
        int from = Math.Max(0, start - Reach);
        int to = Math.Min(line.Length, start + Reach);
        if (from > 0 && char.IsLowSurrogate(line[from])) from--;
        if (to < line.Length && char.IsLowSurrogate(line[to])) to++;
        List<Cell> cells = CellsOf(line, from, to, start, end);

        int first = FindWindow(cells, from > 0, width, out int count);
        bool cutBefore = from > 0 || first > 0;
        bool cutAfter = to < line.Length || first + count < cells.Count;
        return Compose(cells.GetRange(first, count), cutBefore, cutAfter);
    }

    /// <summary>Text in which whatever would move the cursor, change colours or turn the reading direction is spelled out.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes()) escaped.Append(Visible(rune));
        return escaped.ToString();
    }

    private static SourceExcerpt Compose(List<Cell> cells, bool cutBefore, bool cutAfter)
    {
        var text = new StringBuilder(cutBefore ? Cut : "");
        int indent = text.Length;
        int marked = 0;
        foreach (Cell cell in cells)
        {
            text.Append(cell.Text);
            if (cell.Culprit) marked += cell.Width;
            else if (marked == 0 && !cell.Behind) indent += cell.Width;
        }

        if (cutAfter) text.Append(Cut);
        return new SourceExcerpt(text.ToString(), new string(' ', indent), "^" + new string('~', Math.Max(0, marked - 1)));
    }

    private static List<Cell> CellsOf(string line, int from, int to, int start, int end)
    {
        var cells = new List<Cell>(to - from);
        int column = 0;
        int offset = from;
        foreach (Rune rune in line.AsSpan(from, to - from).EnumerateRunes())
        {
            string text = rune.Value == '\t' ? new string(' ', TabWidth - (column % TabWidth)) : Visible(rune);
            int cellWidth = DisplayText.WidthOf(text);
            cells.Add(new Cell(text, cellWidth, offset >= start && offset < end, offset >= start));
            column += cellWidth;
            offset += rune.Utf16SequenceLength;
        }

        return cells;
    }

    /// <summary>The cells to show: all when they fit, else a third of the window before the culprit.</summary>
    private static int FindWindow(List<Cell> cells, bool cutBefore, int width, out int count)
    {
        count = cells.Count;
        if (!cutBefore && cells.Sum(cell => cell.Width) <= width) return 0;

        int room = Math.Max(8, width - (2 * Cut.Length));
        int culprit = cells.FindIndex(cell => cell.Behind);
        if (culprit < 0) culprit = cells.Count;
        int first = culprit;
        int used = 0;
        while (first > 0 && used + cells[first - 1].Width <= room / 3) used += cells[--first].Width;
        count = 0;
        while (first + count < cells.Count && used + WidthBehind(cells, first + count, culprit) <= room)
        {
            used += WidthBehind(cells, first + count, culprit);
            count++;
        }

        return first;
    }

    private static int WidthBehind(List<Cell> cells, int index, int culprit) => index < culprit ? 0 : cells[index].Width;

    private static string Visible(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control => $"\\x{rune.Value:X2}",
        UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => $"\\u{rune.Value:X4}",
        _ => rune.ToString(),
    };

    /// <summary>One character on the screen.</summary>
    /// <param name="Text">What is written.</param>
    /// <param name="Width">Cells it takes.</param>
    /// <param name="Culprit">Whether it is marked.</param>
    /// <param name="Behind">Whether it stands at or behind the culprit's start.</param>
    private readonly record struct Cell(string Text, int Width, bool Culprit, bool Behind);
}
