using System.Text;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Graph.Checks;

/// <summary>A text with the place of each of its characters in the Dockerfile.</summary>
internal sealed class MappedText
{
    private readonly int[] _offsets;

    private MappedText(string text, int[] offsets) => (Text, _offsets) = (text, offsets);

    public string Text { get; }

    /// <summary>Text that stands in the source as it is.</summary>
    public static MappedText Of(SourceText source, SourceSpan span) =>
        new(source.TextOf(span), [.. Enumerable.Range(span.Start, span.Length + 1)]);

    /// <summary>A word; one with escapes in it is known as a whole only.</summary>
    public static MappedText Of(Word word) => Of([word]);

    /// <summary>Several words with blanks between them.</summary>
    public static MappedText Of(IEnumerable<Word> words)
    {
        var text = new StringBuilder();
        var offsets = new List<int>();
        foreach (Word word in words)
        {
            if (text.Length > 0)
            {
                text.Append(' ');
                offsets.Add(offsets[^1]);
            }

            bool exact = word.Span.Length == word.Text.Length;
            text.Append(word.Text);
            for (int i = 0; i < word.Text.Length; i++) offsets.Add(exact ? word.Span.Start + i : i == 0 ? word.Span.Start : word.Span.End - 1);
        }

        offsets.Add(offsets.Count == 0 ? 0 : offsets[^1] + 1);
        return new MappedText(text.ToString(), [.. offsets]);
    }

    /// <summary>Lines of the source joined as the parser joins them: continuations, comment lines and empty lines left out.</summary>
    public static MappedText Joined(SourceText source, SourceSpan span, char escape)
    {
        var text = new StringBuilder(span.Length);
        var offsets = new List<int>(span.Length + 1);
        int at = span.Start;
        while (at < span.End)
        {
            int end = source.Text.IndexOf('\n', at, span.End - at);
            int next = end < 0 ? span.End : end + 1;
            if (end < 0) end = span.End;
            ReadOnlySpan<char> line = source.Text.AsSpan(at, end - at);
            ReadOnlySpan<char> content = line.TrimStart();
            bool isFirst = at == span.Start;
            if (isFirst || (content.Length > 0 && content[0] != '#'))
            {
                ReadOnlySpan<char> trimmed = line.TrimEnd();
                bool continued = trimmed.Length > 0 && trimmed[^1] == escape && !(trimmed.Length > 1 && trimmed[^2] == escape);
                int length = continued ? trimmed.Length - 1 : line.TrimEnd('\r').Length;
                text.Append(line[..length]);
                for (int i = 0; i < length; i++) offsets.Add(at + i);
                if (!continued) break;
            }

            at = next;
        }

        offsets.Add(offsets.Count == 0 ? span.Start : offsets[^1] + 1);
        return new MappedText(text.ToString(), [.. offsets]);
    }

    /// <summary>The place of a part of the text.</summary>
    public SourceSpan SpanOf(int start, int end) =>
        end > start ? SourceSpan.FromBounds(_offsets[start], _offsets[end - 1] + 1) : new SourceSpan(_offsets[start], 0);
}
