using System.Globalization;
using System.Text;

namespace Builder.Cli.Rendering;

/// <summary>Text measured in terminal cells.</summary>
internal static class DisplayText
{
    /// <summary>Cuts a text to a width, and takes out what would move the cursor or change colours.</summary>
    public static string Fit(string text, int width)
    {
        var result = new StringBuilder();
        int used = 0;
        bool escape = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (escape)
            {
                // A control sequence ends with its first letter.
                escape = !Rune.IsLetter(rune);
                continue;
            }

            if (rune.Value == 0x1B)
            {
                escape = true;
                continue;
            }

            if (rune.Value == '\t')
            {
                used++;
                if (used > width) break;
                result.Append(' ');
                continue;
            }

            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format) continue;
            used += WidthOf(rune);
            if (used > width) break;
            result.Append(rune.ToString());
        }

        return result.ToString();
    }

    /// <summary>Cells a text takes.</summary>
    public static int WidthOf(string text) => text.EnumerateRunes().Sum(WidthOf);

    private static int WidthOf(Rune rune)
    {
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark) return 0;
        return rune.Value switch
        {
            (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF) => 2,
            (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6) or (>= 0x1F300 and <= 0x1FAFF) => 2,
            _ => 1,
        };
    }
}
