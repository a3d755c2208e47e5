using System.Collections.Immutable;
using System.Text;

namespace Builder.Graph.Shell;

/// <content>Words, quotes, substitutions, redirections.</content>
internal sealed partial class ShellReader
{
    private bool ReadRedirection()
    {
        int at = _at;
        while (at < _text.Length && char.IsAsciiDigit(_text[at])) at++;
        if (at < _text.Length && _text[at] == '&' && at == _at) at++; // &> takes both outputs
        if (at >= _text.Length || _text[at] is not ('<' or '>')) return false;
        if (at + 1 < _text.Length && _text[at + 1] == '(') return false; // a process substitution is a word
        int begin = _at;
        int start = at++;
        while (at < _text.Length && at - start < 3 && _text[at] is '<' or '>' or '&' or '|' or '-') at++;
        string operation = _text[start..at];
        _at = at;
        SkipBlanks();
        bool closes = operation.EndsWith("&-", StringComparison.Ordinal);
        ShellWord target = AtEnd || closes || _text[_at] is '\n' or '\r' ? new ShellWord("", true, [], _at, _at) : ReadWord();
        if (operation is "<<" or "<<-") _heredocs.Enqueue((target.Text, operation == "<<-"));
        if (_pipelineStart < 0) _pipelineStart = begin;
        _redirections.Add(new ShellRedirection(operation, target));
        _lastEnd = _at;
        return true;
    }

    private ShellWord ReadWord()
    {
        int start = _at;
        var text = new StringBuilder();
        var scripts = ImmutableArray.CreateBuilder<ShellScript>();
        bool isFixed = true;
        while (!AtEnd)
        {
            char c = _text[_at];
            if (c == '`' && _stop == '`') break;
            if (c is '<' or '>' && _at + 1 < _text.Length && _text[_at + 1] == '(')
            {
                ReadSubstitution(text, scripts, "<(".Length, ')');
                isFixed = false;
            }
            else if (c is ' ' or '\t' or '\r' or '\n' or ';' or '&' or '|' or '(' or ')' or '<' or '>')
            {
                break;
            }
            else if (c == '\'')
            {
                ReadSingleQuoted(text);
            }
            else if (c == '"')
            {
                isFixed &= ReadDoubleQuoted(text, scripts);
            }
            else if (c == '\\')
            {
                ReadEscaped(text);
            }
            else if (c is '$' or '`')
            {
                isFixed &= ReadExpansion(text, scripts);
            }
            else
            {
                text.Append(_text[_at++]);
            }
        }

        if (_at == start) text.Append(_text[_at++]); // whatever stands here: reading goes on behind it
        return new ShellWord(text.ToString(), isFixed, scripts.ToImmutable(), start, _at);
    }

    private void ReadSingleQuoted(StringBuilder text)
    {
        int start = _at + 1;
        int end = _text.IndexOf('\'', start);
        if (end < 0) end = _text.Length;
        text.Append(_text, start, end - start);
        _at = Math.Min(end + 1, _text.Length);
    }

    /// <summary>Reads a quoted text; true when nothing in it is expanded.</summary>
    private bool ReadDoubleQuoted(StringBuilder text, ImmutableArray<ShellScript>.Builder scripts)
    {
        bool isFixed = true;
        _at++;
        while (!AtEnd && _text[_at] != '"')
        {
            char c = _text[_at];
            if (c == '`' && _stop == '`') return isFixed;
            if (c == '\\' && _at + 1 < _text.Length && _text[_at + 1] is '"' or '\\' or '$' or '`' or '\n') ReadEscaped(text);
            else if (c is '$' or '`') isFixed &= ReadExpansion(text, scripts);
            else text.Append(_text[_at++]);
        }

        if (!AtEnd) _at++;
        return isFixed;
    }

    private void ReadEscaped(StringBuilder text)
    {
        _at++;
        if (AtEnd) return;
        if (_text[_at] != '\n') text.Append(_text[_at]);
        _at++;
    }

    /// <summary>Reads what begins with a dollar or a backtick; true when it is only that character.</summary>
    private bool ReadExpansion(StringBuilder text, ImmutableArray<ShellScript>.Builder scripts)
    {
        int start = _at;
        char next = _at + 1 < _text.Length ? _text[_at + 1] : '\0';
        if (_text[_at] == '`')
        {
            ReadSubstitution(text, scripts, 1, '`');
            return false;
        }

        if (next == '(' && !(_at + 2 < _text.Length && _text[_at + 2] == '('))
        {
            ReadSubstitution(text, scripts, "$(".Length, ')');
            return false;
        }

        _at++;
        if (next == '(') SkipBalanced('(', ')');
        else if (next == '{') SkipBalanced('{', '}');
        else
        {
            while (!AtEnd && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] == '_')) _at++;
            if (_at == start + 1 && !AtEnd && _text[_at] is '@' or '*' or '#' or '?' or '$' or '!' or '-') _at++;
        }

        text.Append(_text, start, _at - start);
        return _at == start + 1;
    }

    private void ReadSubstitution(StringBuilder text, ImmutableArray<ShellScript>.Builder scripts, int opener, char closer)
    {
        int start = _at;
        _at += opener;
        if (_depth < MaxDepth)
        {
            var inner = new ShellReader(_text, _at, closer, _depth + 1);
            scripts.Add(inner.Read());
            _at = inner._at;
        }
        else
        {
            _at = _text.Length;
        }

        text.Append(_text, start, _at - start);
    }

    // Quotes inside ${...} and $((...)) are rare and never hold the closing character alone.
    private void SkipBalanced(char open, char close)
    {
        int depth = 0;
        while (!AtEnd)
        {
            char c = _text[_at++];
            if (c == '\\' && !AtEnd) _at++;
            else if (c == open) depth++;
            else if (c == close && --depth == 0) return;
        }
    }
}
