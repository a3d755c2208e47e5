namespace Builder.Parser.Grammars;

/// <summary>The grammar of instruction lines, for one escape character.</summary>
internal sealed class DockerfileGrammar
{
    private static readonly DockerfileGrammar Backslash = new('\\');
    private static readonly DockerfileGrammar Backtick = new('`');

    private DockerfileGrammar(char escape)
    {
        Grammar<Slice> blanks = Grammar.Scan("blanks", Blanks.Skip);
        Grammar<Slice> word = Grammar.Scan("word", (text, at) => Blanks.FindNext(text, at) is var end && end > at ? end : -1);
        Grammar<RawFlag> flag =
            from source in Grammar.Scan("flag", (text, at) => FindFlagEnd(text, at, escape))
            from _ in blanks
            select RawFlag.Read(source, escape);
        Grammar<Slice> endOfFlags = Grammar.Scan("--", SkipEndOfFlags);

        Line =
            from keyword in word
            from before in blanks
            from flags in flag.Many()
            from end in endOfFlags
            from after in blanks
            select new RawLine(keyword, flags, after.End);

        Words = Tokens(word, blanks);

        Grammar<Slice> quotedWord = Grammar.Scan("word", (text, at) => FindQuotedEnd(text, at, escape));
        QuotedWords = Tokens(quotedWord, Grammar.Scan("blanks", SkipAnySpace));
    }

    /// <summary>Keyword, flags, and where the arguments begin.</summary>
    public Grammar<RawLine> Line { get; }

    /// <summary>Words between blanks; quotes mean nothing.</summary>
    public Grammar<IReadOnlyList<Slice>> Words { get; }

    /// <summary>Words in which quotes and escapes hold blanks (ENV, LABEL, ARG); an open quote reaches to the end of the line.</summary>
    public Grammar<IReadOnlyList<Slice>> QuotedWords { get; }

    public static DockerfileGrammar For(char escape) => escape == '`' ? Backtick : Backslash;

    private static Grammar<IReadOnlyList<Slice>> Tokens(Grammar<Slice> token, Grammar<Slice> blanks) =>
        (from item in token
         from _ in blanks
         select item).Many();

    private static int FindFlagEnd(string text, int at, char escape)
    {
        if (!StartsWithDashes(text, at)) return -1;
        if (at + 2 == text.Length || Blanks.IsBlank(text[at + 2])) return -1;
        return QuotedText.FindEnd(text, at, escape, escapeInSingleQuotes: true, out _);
    }

    private static int SkipEndOfFlags(string text, int at) =>
        StartsWithDashes(text, at) && (at + 2 == text.Length || Blanks.IsBlank(text[at + 2])) ? at + 2 : at;

    private static bool StartsWithDashes(string text, int at) => string.CompareOrdinal(text, at, "--", 0, 2) == 0;

    private static int FindQuotedEnd(string text, int at, char escape) =>
        at < text.Length && QuotedText.FindEnd(text, at, escape, escapeInSingleQuotes: false, out _, atAnySpace: true) is var end && end > at ? end : -1;

    // Pairs are separated by every kind of space, as those that come with text copied from elsewhere.
    private static int SkipAnySpace(string text, int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
        return at;
    }
}
