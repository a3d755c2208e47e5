using System.Globalization;
using System.Text;

namespace Builder.Parser.Grammars;

/// <summary>JSON read by hand: no recursion and no exceptions, whatever the text holds.</summary>
internal static class JsonText
{
    public static int SkipSpace(string text, int at)
    {
        while (at < text.Length && text[at] is ' ' or '\t' or '\r' or '\n') at++;
        return at;
    }

    /// <summary>End of the string literal at a position, or -1.</summary>
    public static int FindStringEnd(string text, int at)
    {
        if (at >= text.Length || text[at] != '"') return -1;
        for (at++; at < text.Length && text[at] >= ' '; at++)
        {
            if (text[at] == '"') return at + 1;
            if (text[at] != '\\') continue;
            if (++at == text.Length) return -1;
            if (text[at] != 'u')
            {
                if (!"\"\\/bfnrt".Contains(text[at], StringComparison.Ordinal)) return -1;
                continue;
            }

            for (int digit = 0; digit < 4; digit++)
            {
                if (++at == text.Length || !char.IsAsciiHexDigit(text[at])) return -1;
            }
        }

        return -1;
    }

    /// <summary>The value of a valid string literal; a surrogate without its partner becomes U+FFFD.</summary>
    public static string Decode(Slice literal)
    {
        ReadOnlySpan<char> content = literal.Span[1..^1];
        if (!content.Contains('\\')) return content.ToString();
        var value = new StringBuilder(content.Length);
        for (int i = 0; i < content.Length; i++)
        {
            if (content[i] != '\\')
            {
                value.Append(content[i]);
                continue;
            }

            char c = content[++i];
            if (c == 'u')
            {
                value.Append((char)int.Parse(content.Slice(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                i += 4;
            }
            else
            {
                value.Append(c switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', _ => c });
            }
        }

        return ReplaceLoneSurrogates(value.ToString());
    }

    /// <summary>The first element that isn't a string, when the text is one valid JSON array; null for any other text.</summary>
    public static Slice? FindNonString(string text, int start)
    {
        int at = SkipSpace(text, start);
        if (at >= text.Length || text[at] != '[') return null;
        var open = new Stack<char>();
        Slice? found = null;
        int elementStart = -1;
        bool valueExpected = true;
        while (true)
        {
            if (valueExpected)
            {
                at = SkipSpace(text, at);
                if (open.Count == 1 && at < text.Length && text[at] != ']') elementStart = at;
                at = ReadValue(text, at, open, out bool opened);
                if (at < 0) return null;
                if (opened) continue; // into the container
            }

            // A value is complete: note it, then look at what follows.
            if (open.Count == 1 && elementStart >= 0)
            {
                if (text[elementStart] != '"') found ??= new Slice(text, elementStart, at);
                elementStart = -1;
            }

            at = SkipSpace(text, at);
            if (open.Count == 0) return at == text.Length ? found : null;
            if (at == text.Length) return null;
            char close = open.Peek() == '[' ? ']' : '}';
            if (text[at] == close)
            {
                open.Pop();
                at++;
                valueExpected = false;
                continue;
            }

            if (text[at] != ',') return null;
            at = SkipSpace(text, at + 1);
            if (open.Peek() == '{' && (at = ReadKey(text, at)) < 0) return null;
            valueExpected = true;
        }
    }

    /// <summary>Reads a scalar or an empty container whole, or only the opening of a container.</summary>
    private static int ReadValue(string text, int at, Stack<char> open, out bool opened)
    {
        opened = false;
        if (at >= text.Length) return -1;
        char c = text[at];
        if (c is '[' or '{')
        {
            int inside = SkipSpace(text, at + 1);
            if (inside < text.Length && text[inside] == (c == '[' ? ']' : '}')) return inside + 1;
            open.Push(c);
            opened = true;
            return c == '{' ? ReadKey(text, inside) : inside;
        }

        if (c == '"') return FindStringEnd(text, at);
        foreach (string name in (ReadOnlySpan<string>)["true", "false", "null"])
        {
            if (string.CompareOrdinal(text, at, name, 0, name.Length) == 0) return at + name.Length;
        }

        return FindNumberEnd(text, at);
    }

    private static int ReadKey(string text, int at)
    {
        at = FindStringEnd(text, at);
        if (at < 0) return -1;
        at = SkipSpace(text, at);
        return at < text.Length && text[at] == ':' ? at + 1 : -1;
    }

    private static int FindNumberEnd(string text, int at)
    {
        if (text[at] == '-') at++;
        int integer = at;
        at = SkipDigits(text, at);
        if (at == integer || (at - integer > 1 && text[integer] == '0')) return -1;
        if (at < text.Length && text[at] == '.')
        {
            int fraction = at + 1;
            at = SkipDigits(text, fraction);
            if (at == fraction) return -1;
        }

        if (at >= text.Length || text[at] is not ('e' or 'E')) return at;
        at++;
        if (at < text.Length && text[at] is '+' or '-') at++;
        int exponent = at;
        at = SkipDigits(text, exponent);
        return at == exponent ? -1 : at;
    }

    private static int SkipDigits(string text, int at)
    {
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        return at;
    }

    private static string ReplaceLoneSurrogates(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')) return text;
        var value = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes()) value.Append(rune.ToString());
        return value.ToString();
    }
}
