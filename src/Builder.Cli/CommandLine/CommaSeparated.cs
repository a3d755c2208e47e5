using System.Text;

namespace Builder.Cli.CommandLine;

/// <summary>Reads one record of comma separated values (RFC 4180 quoting), as <c>--output</c> and <c>--mount</c> take it.</summary>
internal static class CommaSeparated
{
    /// <summary>The fields of the record.</summary>
    /// <exception cref="CommandException">A quote is out of place.</exception>
    public static IReadOnlyList<string> Fields(string text)
    {
        var fields = new List<string>();
        int i = 0;
        while (true)
        {
            if (i < text.Length && text[i] == '"')
            {
                fields.Add(ReadQuoted(text, ref i));
                if (i < text.Length && text[i] != ',') throw Misplaced(text);
            }
            else
            {
                int end = text.IndexOf(',', i);
                if (end < 0) end = text.Length;
                string field = text[i..end];
                if (field.Contains('"', StringComparison.Ordinal)) throw Misplaced(text);
                fields.Add(field);
                i = end;
            }

            if (i >= text.Length) return fields;
            i++;
        }
    }

    /// <summary>The fields as <c>key=value</c> pairs; a field without <c>=</c> has a null value. Keys are lower-cased.</summary>
    public static IReadOnlyList<KeyValuePair<string, string?>> Pairs(string text) =>
        [.. Fields(text).Select(static field =>
        {
            int equals = field.IndexOf('=', StringComparison.Ordinal);
            return equals < 0
                ? KeyValuePair.Create(field.Trim().ToLowerInvariant(), (string?)null)
                : KeyValuePair.Create(field[..equals].Trim().ToLowerInvariant(), (string?)field[(equals + 1)..]);
        })];

    private static string ReadQuoted(string text, ref int i)
    {
        var field = new StringBuilder();
        for (i++; i < text.Length; i++)
        {
            if (text[i] != '"')
            {
                field.Append(text[i]);
                continue;
            }

            i++;
            if (i >= text.Length || text[i] != '"') return field.ToString();
            field.Append('"');
        }

        throw Misplaced(text);
    }

    private static CommandException Misplaced(string text) => CommandException.Usage($"invalid value \"{text}\": a quotation mark is out of place");
}
