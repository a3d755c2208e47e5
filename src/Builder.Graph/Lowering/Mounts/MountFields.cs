using System.Text;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Graph.Lowering.Mounts;

/// <summary>One <c>key=value</c> of a mount.</summary>
/// <param name="Key">Lower-cased.</param>
/// <param name="Value">Null when there is no <c>=</c>.</param>
/// <param name="Span">The whole field.</param>
/// <param name="KeySpan">The key alone.</param>
internal sealed record MountField(string Key, Word? Value, SourceSpan Span, SourceSpan KeySpan);

/// <summary>Takes the comma-separated text of <c>RUN --mount</c> apart.</summary>
internal static class MountFields
{
    /// <summary>The fields in order; null when a quote isn't closed.</summary>
    public static List<MountField>? Read(Word mount)
    {
        var fields = new List<MountField>();
        string text = mount.Text;
        for (int at = 0; at <= text.Length; at++)
        {
            int start = at;
            string? content = text.Length > at && text[at] == '"' ? ReadQuoted(text, ref at) : ReadPlain(text, ref at);
            if (content is null) return null;
            fields.Add(Split(content, mount, start, at));
        }

        return fields;
    }

    /// <summary>The value of <c>from</c>, or null; the last one counts.</summary>
    public static Word? FindFrom(Word mount) =>
        Read(mount)?.LastOrDefault(field => field is { Key: "from", Value.Text.Length: > 0 })?.Value;

    private static string ReadPlain(string text, ref int at)
    {
        int start = at;
        int comma = text.IndexOf(',', at);
        at = comma < 0 ? text.Length : comma;
        return text[start..at];
    }

    // As in CSV: a field in double quotes may hold commas, and two quotes stand for one.
    private static string? ReadQuoted(string text, ref int at)
    {
        var content = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] != '"')
            {
                content.Append(text[at]);
            }
            else if (at + 1 < text.Length && text[at + 1] == '"')
            {
                content.Append(text[at++]);
            }
            else
            {
                at++;
                return at == text.Length || text[at] == ',' ? content.ToString() : null;
            }
        }

        return null;
    }

    private static MountField Split(string content, Word mount, int start, int end)
    {
        bool exact = mount.Span.Length == mount.Text.Length;
        SourceSpan whole = exact ? SourceSpan.FromBounds(mount.Span.Start + start, mount.Span.Start + end) : mount.Span;
        bool plain = exact && content.Length == end - start;
        int equals = content.IndexOf('=', StringComparison.Ordinal);
        string key = (equals < 0 ? content : content[..equals]).ToLowerInvariant();
        SourceSpan keySpan = plain ? new SourceSpan(whole.Start, key.Length) : whole;
        if (equals < 0) return new MountField(key, null, whole, keySpan);
        SourceSpan valueSpan = plain ? SourceSpan.FromBounds(whole.Start + equals + 1, whole.End) : whole;
        return new MountField(key, new Word(content[(equals + 1)..], valueSpan), whole, keySpan);
    }
}
