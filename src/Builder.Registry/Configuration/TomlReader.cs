using System.Globalization;
using System.Text;

namespace Builder.Registry.Configuration;

/// <summary>
/// Reads the part of TOML that registries.conf is written in: tables, arrays of tables, texts, truth values, whole numbers and arrays.
/// Anything else is refused by line, so that nothing is overlooked.
/// </summary>
internal sealed class TomlReader
{
    private const int MaxDepth = 16;

    private readonly string _text;
    private readonly string _path;
    private int _at;

    private TomlReader(string text, string path) => (_text, _path) = (text, path);

    /// <summary>Reads a document.</summary>
    /// <exception cref="FormatException">It is malformed; the message says where.</exception>
    internal static TomlTable Read(string text, string path) => new TomlReader(text.ReplaceLineEndings("\n"), path).ReadDocument();

    private TomlTable ReadDocument()
    {
        var root = new TomlTable();
        TomlTable current = root;
        while (SkipToContent())
        {
            if (_text[_at] != '[')
            {
                ReadPair(current);
                continue;
            }

            bool isArray = _at + 1 < _text.Length && _text[_at + 1] == '[';
            _at += isArray ? 2 : 1;
            IReadOnlyList<string> path = ReadKeys();
            Expect(isArray ? "]]" : "]");
            ExpectEndOfLine();
            current = isArray ? root.Append(path) : root.Descend(path);
        }

        return root;
    }

    private void ReadPair(TomlTable table)
    {
        IReadOnlyList<string> keys = ReadKeys();
        Expect("=");
        SkipBlanks();
        table.Descend([.. keys.SkipLast(1)])[keys[^1]] = ReadValue(0);
        ExpectEndOfLine();
    }

    private List<string> ReadKeys()
    {
        var keys = new List<string>();
        do
        {
            SkipBlanks();
            if (_at < _text.Length && _text[_at] is '"' or '\'')
            {
                keys.Add(ReadText());
            }
            else
            {
                int start = _at;
                while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '-' or '_')) _at++;
                keys.Add(_at > start ? _text[start.._at] : throw Fault("a name is missing"));
            }

            SkipBlanks();
        }
        while (Take('.'));
        return keys;
    }

    private object ReadValue(int depth)
    {
        if (depth > MaxDepth) throw Fault("values are nested too deep");
        if (_at >= _text.Length) throw Fault("a value is missing");
        switch (_text[_at])
        {
            case '"' or '\'':
                return ReadText();
            case '[':
                return ReadArray(depth);
            case '{':
                return ReadInlineTable(depth);
            default:
                int start = _at;
                while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '+' or '-' or '_' or '.' or ':')) _at++;
                string word = _text[start.._at];
                if (word is "true" or "false") return word == "true";
                return long.TryParse(word.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : throw Fault($"'{word}' is not understood");
        }
    }

    private List<object> ReadArray(int depth)
    {
        var items = new List<object>();
        _at++;
        while (SkipToContent() && _text[_at] != ']')
        {
            items.Add(ReadValue(depth + 1));
            SkipToContent();
            if (!Take(',')) break;
        }

        SkipToContent();
        Expect("]");
        return items;
    }

    private TomlTable ReadInlineTable(int depth)
    {
        var table = new TomlTable();
        _at++;
        SkipBlanks();
        while (_at < _text.Length && _text[_at] != '}')
        {
            IReadOnlyList<string> keys = ReadKeys();
            Expect("=");
            SkipBlanks();
            table.Descend([.. keys.SkipLast(1)])[keys[^1]] = ReadValue(depth + 1);
            SkipBlanks();
            if (!Take(',')) break;
            SkipBlanks();
        }

        Expect("}");
        return table;
    }

    private string ReadText()
    {
        char quote = _text[_at++];
        if (_text.AsSpan(_at).StartsWith([quote, quote])) throw Fault("texts of several lines are not understood");
        var text = new StringBuilder();
        for (; _at < _text.Length && _text[_at] != '\n'; _at++)
        {
            char c = _text[_at];
            if (c == quote)
            {
                _at++;
                return text.ToString();
            }

            text.Append(c == '\\' && quote == '"' ? ReadEscape() : c);
        }

        throw Fault("a quotation mark is missing");
    }

    private char ReadEscape()
    {
        char c = ++_at < _text.Length ? _text[_at] : '\n';
        switch (c)
        {
            case '"' or '\\':
                return c;
            case 't':
                return '\t';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 'u' when _at + 4 < _text.Length && ushort.TryParse(_text.AsSpan(_at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort unit):
                _at += 4;
                return (char)unit;
            default:
                throw Fault("what follows a backslash is not understood");
        }
    }

    // Over blanks, ends of lines and comments; false at the end.
    private bool SkipToContent()
    {
        while (_at < _text.Length)
        {
            if (_text[_at] is ' ' or '\t' or '\n') _at++;
            else if (_text[_at] == '#') SkipComment();
            else return true;
        }

        return false;
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\t') _at++;
    }

    private void SkipComment()
    {
        while (_at < _text.Length && _text[_at] != '\n') _at++;
    }

    private bool Take(char c)
    {
        if (_at >= _text.Length || _text[_at] != c) return false;
        _at++;
        return true;
    }

    private void Expect(string text)
    {
        SkipBlanks();
        if (!_text.AsSpan(_at).StartsWith(text, StringComparison.Ordinal)) throw Fault($"'{text}' is missing");
        _at += text.Length;
    }

    private void ExpectEndOfLine()
    {
        SkipBlanks();
        if (_at < _text.Length && _text[_at] == '#') SkipComment();
        if (_at < _text.Length && _text[_at] != '\n') throw Fault("something follows that does not belong here");
    }

    private FormatException Fault(string what) => new($"'{_path}', line {_text.AsSpan(0, Math.Min(_at, _text.Length)).Count('\n') + 1}: {what}");
}
