using System.Text;
using Builder.Oci.Collections;
using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Graph.Expansion;

/// <summary>One pass over one word. After a fault the position stands at the end, so that every loop ends by itself.</summary>
internal sealed partial class ExpansionPass(Word word, char escape, ExpansionMode mode, Func<string, string?> lookup)
{
    /// <summary>Longest text a word may expand to: variables that double themselves line by line must not fill the memory.</summary>
    internal const int MaxLength = 1 << 20;

    /// <summary>Deepest nesting of <c>${a:-${b:-...}}</c>; each level is a level of the stack.</summary>
    internal const int MaxDepth = 64;

    /// <summary>Most uses of unset variables that are told of one word.</summary>
    private const int MaxUndefined = DiagnosticBag.Limit + 1;

    private readonly string _text = word.Text;
    private readonly List<Word> _undefined = [];
    private readonly List<string> _words = [];
    private readonly StringBuilder _currentWord = new();
    private int _position;
    private int _depth;
    private int _discarded;
    private Diagnostic? _fault;

    /// <summary>Whether a finding says that a word is malformed, whatever the values of its variables.</summary>
    public static bool IsMalformed(Diagnostic diagnostic) => diagnostic.Code is "BLD2101" or "BLD2102" or "BLD2103";

    public EquatableArray<Diagnostic> Diagnostics => _fault is null ? [] : [_fault];

    public EquatableArray<Word> UndefinedVariables => new([.. _undefined.OrderBy(use => use.Span.Start)]);

    public EquatableArray<string> Words => new([.. _words]);

    private bool AtEnd => _position >= _text.Length;

    public string Run()
    {
        string result = ReadUntil(stop: null, rawEscapes: false, opener: 0);
        EndWord();
        if (_fault is null) return result;
        _words.Clear();
        return "";
    }

    /// <summary>Reads text with quotes, escapes and variables up to a stop character, which is consumed, or to the end.</summary>
    /// <param name="stop">What ends the text, or null for the end of the word.</param>
    /// <param name="rawEscapes">Keep escape characters: the text is a pattern that has its own use for them.</param>
    /// <param name="opener">Where the construct began that <paramref name="stop"/> closes.</param>
    private string ReadUntil(char? stop, bool rawEscapes, int opener)
    {
        var result = new StringBuilder();
        while (!AtEnd)
        {
            char c = _text[_position];
            if (c == stop)
            {
                _position++;
                return result.ToString();
            }

            if (c == '$') Append(result, ReadVariable(), quoted: false);
            else if (c == '\'' && mode != ExpansionMode.Heredoc) Append(result, ReadSingleQuoted(), quoted: true);
            else if (c == '"' && mode != ExpansionMode.Heredoc) Append(result, ReadDoubleQuoted(rawEscapes), quoted: true);
            else if (c == escape) ReadEscaped(result, rawEscapes);
            else ReadPlain(result, stop);
        }

        if (stop == '/')
            Fail("BLD2102", "the pattern in this substitution has no second '/'", opener, _text.Length, "write ${name/pattern/replacement}");
        else if (stop is not null)
            Unclosed(opener);
        return result.ToString();
    }

    private void ReadPlain(StringBuilder result, char? stop)
    {
        int start = _position;
        while (!AtEnd && _text[_position] is var c && c != stop && c != escape && c is not ('$' or '\'' or '"')) _position++;
        if (_position == start) _position++; // a quote that is data in a here-document
        Append(result, _text[start.._position], quoted: false);
    }

    private void ReadEscaped(StringBuilder result, bool rawEscapes)
    {
        _position++;
        if (rawEscapes) Append(result, escape.ToString(), quoted: true);
        if (AtEnd) return;
        Append(result, _text[_position++].ToString(), quoted: true);
    }

    private string ReadSingleQuoted()
    {
        int opener = _position++;
        int end = _text.IndexOf('\'', _position);
        if (end < 0)
        {
            Fail("BLD2101", "this single quote is never closed", opener, opener + 1, "add the missing ' or escape the quote");
            return "";
        }

        string content = _text[_position..end];
        _position = end + 1;
        return content;
    }

    private string ReadDoubleQuoted(bool rawEscapes)
    {
        int opener = _position++;
        var result = new StringBuilder();
        while (!AtEnd && !TooLong(result.Length))
        {
            char c = _text[_position];
            if (c == '"')
            {
                _position++;
                return result.ToString();
            }

            if (c == '$')
            {
                result.Append(ReadVariable());
                continue;
            }

            _position++;
            if (c == escape && !AtEnd && (_text[_position] is '"' or '$' || _text[_position] == escape))
            {
                if (rawEscapes) result.Append(escape);
                c = _text[_position++];
            }

            result.Append(c);
        }

        Fail("BLD2101", "this double quote is never closed", opener, opener + 1, "add the missing \" or escape the quote");
        return "";
    }

    private void Append(StringBuilder result, string text, bool quoted)
    {
        if (TooLong(result.Length + text.Length)) return;

        result.Append(text);
        if (mode != ExpansionMode.Split || _depth > 0) return;
        if (quoted)
        {
            _currentWord.Append(text);
            return;
        }

        foreach (char c in text)
        {
            if (char.IsWhiteSpace(c)) EndWord();
            else _currentWord.Append(c);
        }
    }

    private bool TooLong(int length)
    {
        if (length <= MaxLength) return false;
        Fail("BLD2106", $"the expanded text is longer than {MaxLength} characters", 0, _text.Length, hint: null);
        return true;
    }

    private void EndWord()
    {
        if (_currentWord.Length == 0) return;
        _words.Add(_currentWord.ToString());
        _currentWord.Clear();
    }

    private void Fail(string code, string message, int start, int end, string? hint)
    {
        _fault ??= new Diagnostic(code, Severity.Error, message, SpanOf(start, end), hint);
        _position = _text.Length;
    }

    /// <summary>The place of a part of the word; the whole word where decoding or joining moved the characters.</summary>
    private SourceSpan SpanOf(int start, int end) =>
        word.Span.Length == _text.Length ? SourceSpan.FromBounds(word.Span.Start + start, word.Span.Start + end) : word.Span;
}
