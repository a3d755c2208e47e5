using System.Collections.Immutable;

namespace Builder.Graph.Shell;

/// <summary>
/// Reads shell text: words with their quotes, operators, reserved words, here-documents, comments and substitutions. It never fails: what
/// makes no sense as a script is read as far as it goes.
/// </summary>
internal sealed partial class ShellReader
{
    /// <summary>Deepest nesting of substitutions that is looked into; each level is one of the stack.</summary>
    private const int MaxDepth = 32;

    private static readonly string[] Openers = ["if", "then", "elif", "else", "while", "until", "do", "!", "{", "time"];
    private static readonly string[] Closers = ["fi", "done", "}"];

    private readonly string _text;
    private readonly char _stop;
    private readonly int _depth;
    private readonly Stack<Block> _blocks = new();
    private readonly List<ShellPipeline> _pipelines = [];
    private readonly List<SimpleCommand> _commands = [];
    private readonly List<ShellWord> _assignments = [];
    private readonly List<ShellWord> _words = [];
    private readonly List<ShellRedirection> _redirections = [];
    private readonly Queue<(string Delimiter, bool StripTabs)> _heredocs = new();
    private int _at;
    private int _subshells;
    private int _pipelineStart = -1;
    private int _lastEnd;

    private ShellReader(string text, int start, char stop, int depth) => (_text, _at, _stop, _depth) = (text, start, stop, depth);

    private enum Block
    {
        Subshell,
        Case,
    }

    private bool AtEnd => _at >= _text.Length;

    private bool CommandIsEmpty => _words.Count + _assignments.Count + _redirections.Count == 0;

    /// <summary>Reads a whole text.</summary>
    public static ShellScript Read(string text) => new ShellReader(text, 0, '\0', 0).Read();

    /// <summary>Reads up to the unmatched closing character, which is consumed, or to the end.</summary>
    private ShellScript Read()
    {
        while (!AtEnd)
        {
            char c = _text[_at];
            if (c == _stop && _depth > 0 && (c != ')' || _blocks.Count == 0))
            {
                _at++;
                break;
            }

            if (c is ' ' or '\t' or '\r') _at++;
            else if (c == '#') SkipLine();
            else if (c == '\n') ReadNewLine();
            else if (c == '\\' && _at + 1 < _text.Length && _text[_at + 1] == '\n') _at += 2;
            else if (!ReadOperator()) ReadPart();
        }

        EndPipeline();
        return new ShellScript([.. _pipelines]);
    }

    private void ReadPart()
    {
        if (ReadRedirection()) return;
        ShellWord word = ReadWord();
        if (CommandIsEmpty && IsReserved(word)) return;
        if (_pipelineStart < 0) _pipelineStart = word.Start;
        _lastEnd = word.End;
        if (_words.Count == 0 && word.IsAssignment) _assignments.Add(word);
        else _words.Add(word);
    }

    // Only a word without quotes can be reserved: then it is as long as its place.
    private bool IsReserved(ShellWord word)
    {
        if (word.End - word.Start != word.Text.Length) return false;
        switch (word.Text)
        {
            case "case":
                SkipHead("in");
                _blocks.Push(Block.Case);
                return true;
            case "for" or "select":
                SkipHead(null);
                return true;
            case "function":
                SkipBlanks();
                if (!AtEnd) ReadWord();
                return true;
            case "esac":
                if (InCase) _blocks.Pop();
                return true;
            default:
                return Openers.Contains(word.Text) || Closers.Contains(word.Text);
        }
    }

    private bool InCase => _blocks.TryPeek(out Block block) && block == Block.Case;

    // What follows for and case are words, not commands.
    private void SkipHead(string? last)
    {
        while (!AtEnd && _text[_at] is not (';' or '\n') && _text[_at] != _stop)
        {
            if (_text[_at] is ' ' or '\t' or '\r' or '(' or ')' or '&' or '|' or '<' or '>') _at++;
            else if (ReadWord().Text == last) return;
        }
    }

    private void SkipBlanks()
    {
        while (!AtEnd && _text[_at] is ' ' or '\t') _at++;
    }

    private bool ReadOperator()
    {
        char c = _text[_at];
        char next = _at + 1 < _text.Length ? _text[_at + 1] : '\0';
        switch (c)
        {
            case '&' when next == '>':
                return false;
            case '&' or ';':
                EndPipeline();
                _at += next == c ? 2 : 1;
                return true;
            case '|' when next == '|':
                EndPipeline();
                _at += 2;
                return true;
            case '|':
                EndCommand();
                _at += next == '&' ? 2 : 1;
                return true;
            case '(':
                OpenParenthesis();
                return true;
            case ')':
                CloseParenthesis();
                return true;
            default:
                return false;
        }
    }

    private void OpenParenthesis()
    {
        _at++;
        if (_words.Count == 1 && _assignments.Count == 0)
        {
            // name() { ... }: a function; its body is read as if it stood there.
            Discard();
            SkipBlanks();
            if (!AtEnd && _text[_at] == ')') _at++;
        }
        else if (!InCase || !CommandIsEmpty || _commands.Count > 0)
        {
            EndPipeline();
            _blocks.Push(Block.Subshell);
            _subshells++;
        }
    }

    private void CloseParenthesis()
    {
        _at++;
        if (InCase)
        {
            // What was read is a pattern.
            Discard();
            return;
        }

        EndPipeline();
        if (_blocks.TryPop(out _)) _subshells--;
    }

    private void Discard()
    {
        _assignments.Clear();
        _words.Clear();
        _redirections.Clear();
        _commands.Clear();
        _pipelineStart = -1;
    }

    private void EndCommand()
    {
        if (CommandIsEmpty) return;
        _commands.Add(new SimpleCommand([.. _assignments], [.. _words], [.. _redirections]));
        _assignments.Clear();
        _words.Clear();
        _redirections.Clear();
    }

    private void EndPipeline()
    {
        EndCommand();
        if (_commands.Count > 0) _pipelines.Add(new ShellPipeline([.. _commands], _subshells, _pipelineStart, _lastEnd));
        _commands.Clear();
        _pipelineStart = -1;
    }

    private void ReadNewLine()
    {
        _at++;
        // A line break behind | goes on with the pipeline.
        if (!CommandIsEmpty || _commands.Count == 0) EndPipeline();
        while (_heredocs.TryDequeue(out (string Delimiter, bool StripTabs) heredoc)) SkipHeredoc(heredoc.Delimiter, heredoc.StripTabs);
    }

    private void SkipHeredoc(string delimiter, bool stripTabs)
    {
        while (!AtEnd)
        {
            int end = _text.IndexOf('\n', _at);
            if (end < 0) end = _text.Length;
            ReadOnlySpan<char> line = _text.AsSpan(_at, end - _at).TrimEnd('\r');
            _at = Math.Min(end + 1, _text.Length);
            if ((stripTabs ? line.TrimStart('\t') : line).SequenceEqual(delimiter)) return;
        }
    }

    private void SkipLine()
    {
        int end = _text.IndexOf('\n', _at);
        _at = end < 0 ? _text.Length : end;
    }
}
