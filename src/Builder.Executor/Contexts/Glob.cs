using System.Text;

namespace Builder.Executor.Contexts;

/// <summary>
/// A compiled file name pattern: <c>*</c> and <c>?</c> stop at slashes, <c>[a-z]</c> and <c>[^a-z]</c> are classes, a backslash takes the
/// next character literally. With double stars, as in ignore files, <c>**</c> stands for any number of whole names, a class may hold the slash, and
/// a backslash before a letter means what <see cref="GlobEscape"/> says.
/// Matching follows all possibilities at once,
/// so its time is bounded by pattern length times path length, whatever a hostile pattern looks like.
/// </summary>
internal sealed class Glob
{
    private readonly List<Token> _tokens = [];
    private readonly string? _literal;
    private readonly bool _doubleStars;
    private readonly bool _hasBoundaries;

    /// <summary>Compiles a pattern.</summary>
    /// <exception cref="FormatException">The pattern is malformed.</exception>
    public Glob(string pattern, bool doubleStars)
    {
        _doubleStars = doubleStars;
        Rune[] runes = [.. pattern.EnumerateRunes()];
        for (int i = 0; i < runes.Length;) i = Compile(pattern, runes, i, doubleStars);
        _hasBoundaries = _tokens.Exists(t => t.Kind is TokenKind.Boundary or TokenKind.NoBoundary);
        if (_tokens.TrueForAll(t => t.Kind == TokenKind.Literal)) _literal = string.Concat(_tokens.Select(t => t.Literal.ToString()));
    }

    private enum TokenKind
    {
        Literal,
        AnyOne,
        Class,
        Test,

        // Between two characters: one is part of a word and the other isn't, or the other way round.
        Boundary,
        NoBoundary,
        AnyInName,
        AnyToEnd,

        // Together "(.*/)?": the first chooses between nothing and something, the second is inside the something.
        NamesChoice,
        NamesInside,
    }

    /// <summary>Whether the pattern holds any special character that no backslash makes an ordinary one.</summary>
    public static bool IsPattern(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] is '*' or '?' or '[') return true;
        }

        return false;
    }

    /// <summary>The name that a text without special characters stands for.</summary>
    public static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal)) return text;
        var name = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length) i++;
            name.Append(text[i]);
        }

        return name.ToString();
    }

    /// <summary>Whether the whole path matches.</summary>
    public bool IsMatch(string path) =>
        _literal is not null ? string.Equals(_literal, path, StringComparison.Ordinal) : Run(path, "", out bool matched) && matched;

    /// <summary>Whether something below the directory could match.</summary>
    public bool CouldMatchBelow(string directory) =>
        _literal is not null
            ? directory.Length == 0 || (_literal.StartsWith(directory, StringComparison.Ordinal) && _literal.AsSpan(directory.Length).StartsWith("/"))
            : directory.Length == 0 || Run(directory, "/", out _);

    // True when some possibility is still open after the text; matched when one has used up the pattern.
    private bool Run(string first, string second, out bool matched)
    {
        int size = _tokens.Count + 1;
        Span<int> memory = size <= 128 ? stackalloc int[3 * size] : new int[3 * size];
        var states = new StateSet(memory[..size], memory[size..(2 * size)], memory[(2 * size)..]);
        Add(ref states, 0);
        Rune? before = null;
        bool open = Feed(ref states, first, ref before) && Feed(ref states, second, ref before);
        states.Advance();
        matched = false;
        if (!open) return false;
        PassBoundaries(ref states, before, null);
        matched = states.Current.Contains(_tokens.Count);
        return true;
    }

    private bool Feed(ref StateSet states, string text, ref Rune? before)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            states.Advance();
            PassBoundaries(ref states, before, rune);
            foreach (int state in states.Current) Step(ref states, state, rune);
            if (states.IsNextEmpty) return false;
            before = rune;
        }

        return true;
    }

    // Whether a boundary holds is known when the character behind it is; what is behind the boundary has to fit that same character.
    private void PassBoundaries(ref StateSet states, Rune? before, Rune? behind)
    {
        if (!_hasBoundaries) return;
        for (int i = 0; i < states.Current.Length; i++)
        {
            int state = states.Current[i];
            if (state == _tokens.Count || _tokens[state].Kind is not (TokenKind.Boundary or TokenKind.NoBoundary)) continue;
            if ((GlobEscape.IsOfWord(before) != GlobEscape.IsOfWord(behind)) == (_tokens[state].Kind == TokenKind.Boundary)) Add(ref states, state + 1, toCurrent: true);
        }
    }

    private void Step(ref StateSet states, int state, Rune rune)
    {
        if (state == _tokens.Count) return;
        Token token = _tokens[state];
        bool isSlash = rune.Value == '/';
        switch (token.Kind)
        {
            case TokenKind.Literal when token.Literal == rune:
            case TokenKind.AnyOne when !isSlash:
            case TokenKind.Class when (!isSlash || _doubleStars) && token.Class!.Contains(rune):
            case TokenKind.Test when token.Test!(rune): // that kind has one
                Add(ref states, state + 1);
                break;
            case TokenKind.AnyInName when !isSlash:
            case TokenKind.AnyToEnd:
            case TokenKind.NamesInside:
                Add(ref states, state);
                if (token.Kind == TokenKind.NamesInside && isSlash) Add(ref states, state + 1);
                break;
        }
    }

    // With all that can be had without another character. A loop: a pattern may be a million stars.
    private void Add(ref StateSet states, int state, bool toCurrent = false)
    {
        while (states.Add(state, toCurrent) && state < _tokens.Count)
        {
            switch (_tokens[state].Kind)
            {
                case TokenKind.AnyInName or TokenKind.AnyToEnd:
                    state++;
                    break;
                case TokenKind.NamesChoice:
                    states.Add(state + 1, toCurrent);
                    state += 2;
                    break;
                default:
                    return;
            }
        }
    }

    private int Compile(string pattern, Rune[] runes, int at, bool doubleStars)
    {
        switch (runes[at].Value)
        {
            case '*' when doubleStars && at + 1 < runes.Length && runes[at + 1].Value == '*':
                at += 2;
                if (at < runes.Length && runes[at].Value == '/') at++;
                if (at == runes.Length) _tokens.Add(new(TokenKind.AnyToEnd));
                else _tokens.AddRange([new(TokenKind.NamesChoice), new(TokenKind.NamesInside)]);
                return at;
            case '*':
                _tokens.Add(new(TokenKind.AnyInName));
                return at + 1;
            case '?':
                _tokens.Add(new(TokenKind.AnyOne));
                return at + 1;
            case '[':
                _tokens.Add(new(TokenKind.Class, Class: CharacterClass.Parse(pattern, runes, ref at)));
                return at;
            case '\\':
                if (at + 1 == runes.Length) throw new FormatException($"the pattern '{pattern}' ends in a backslash");
                _tokens.Add(doubleStars ? Escaped(pattern, runes[at + 1]) : new(TokenKind.Literal, runes[at + 1]));
                return at + 2;
            default:
                _tokens.Add(new(TokenKind.Literal, runes[at]));
                return at + 1;
        }
    }

    private static Token Escaped(string pattern, Rune rune)
    {
        if (rune.Value is 'b' or 'B') return new(rune.Value == 'b' ? TokenKind.Boundary : TokenKind.NoBoundary);
        if (GlobEscape.TestOf(rune) is { } test) return new(TokenKind.Test, Test: test);
        return new(TokenKind.Literal, GlobEscape.LiteralOf(pattern, rune));
    }

    private readonly record struct Token(TokenKind Kind, Rune Literal = default, CharacterClass? Class = null, Func<Rune, bool>? Test = null);

    // The possibilities before and after one character; stamps tell in constant time whether one is in the set already.
    private ref struct StateSet(Span<int> current, Span<int> next, Span<int> stamps)
    {
        private readonly Span<int> _stamps = stamps;
        private Span<int> _current = current;
        private Span<int> _next = next;
        private int _currentCount;
        private int _nextCount;
        private int _stamp = 1;

        public readonly ReadOnlySpan<int> Current => _current[.._currentCount];

        public readonly bool IsNextEmpty => _nextCount == 0;

        public bool Add(int state, bool toCurrent)
        {
            // What is current was stamped before the last advance.
            int stamp = toCurrent ? _stamp - 1 : _stamp;
            if (_stamps[state] == stamp) return false;
            _stamps[state] = stamp;
            if (toCurrent) _current[_currentCount++] = state;
            else _next[_nextCount++] = state;
            return true;
        }

        public void Advance()
        {
            Span<int> free = _current;
            _current = _next;
            _next = free;
            _currentCount = _nextCount;
            _nextCount = 0;
            _stamp++;
        }
    }
}
