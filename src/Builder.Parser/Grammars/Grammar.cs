using Sprache;

namespace Builder.Parser.Grammars;

/// <summary>A rule that reads a value from text. The combinator library stays behind this type.</summary>
/// <typeparam name="T">What is read.</typeparam>
internal sealed class Grammar<T>(Parser<T> parser)
{
    /// <summary>The library's form of the rule, for rules made of rules.</summary>
    internal Parser<T> Parser { get; } = parser;

    /// <summary>Applies the rule at a position; it need not reach the end of the text.</summary>
    public GrammarMatch<T> Match(string text, int start)
    {
        IResult<T> result = Parser(new ScanInput(text, start));
        return result.WasSuccessful
            ? new GrammarMatch<T>(true, result.Value, result.Remainder.Position)
            : new GrammarMatch<T>(false, default, result.Remainder.Position);
    }

    /// <summary>The other rule where this one doesn't fit.</summary>
    public Grammar<T> Or(Grammar<T> other) => new(Parser.Or(other.Parser));
}

/// <summary>The elementary rules, and rules made of rules.</summary>
/// <remarks>
/// These are no members of the generic type: a rule that can always be turned into a rule of lists would be a type that needs
/// endlessly many others, and native compilation makes all of them.
/// </remarks>
internal static class Grammar
{
    /// <summary>A run found by hand: the function gives the end of the run that begins at a position, or -1.</summary>
    public static Grammar<Slice> Scan(string expectation, Func<string, int, int> findEnd) => new(input =>
    {
        var from = (ScanInput)input;
        int end = findEnd(from.Source, from.Position);
        return end < 0
            ? Result.Failure<Slice>(from, "unexpected text", [expectation])
            : Result.Success(new Slice(from.Source, from.Position, end), from.MoveTo(end));
    });

    /// <summary>One given character.</summary>
    public static Grammar<Slice> Character(char expected) =>
        Scan(expected.ToString(), (text, at) => at < text.Length && text[at] == expected ? at + 1 : -1);

    /// <summary>The end of the text.</summary>
    public static Grammar<Slice> End { get; } = Scan("end of line", (text, at) => at == text.Length ? at : -1);

    // Written out, since the library's own Select and SelectMany make several closures for every application.
    public static Grammar<TResult> Select<T, TResult>(this Grammar<T> grammar, Func<T, TResult> convert) => new(input =>
    {
        IResult<T> result = grammar.Parser(input);
        return result.WasSuccessful
            ? Result.Success(convert(result.Value), result.Remainder)
            : Result.Failure<TResult>(result.Remainder, result.Message, result.Expectations);
    });

    public static Grammar<TResult> SelectMany<T, TNext, TResult>(this Grammar<T> grammar, Func<T, Grammar<TNext>> next, Func<T, TNext, TResult> combine) => new(input =>
    {
        IResult<T> first = grammar.Parser(input);
        if (!first.WasSuccessful) return Result.Failure<TResult>(first.Remainder, first.Message, first.Expectations);
        IResult<TNext> second = next(first.Value).Parser(first.Remainder);
        return second.WasSuccessful
            ? Result.Success(combine(first.Value, second.Value), second.Remainder)
            : Result.Failure<TResult>(second.Remainder, second.Message, second.Expectations);
    });

    /// <summary>As often as it fits; a loop, whatever the length.</summary>
    public static Grammar<IReadOnlyList<T>> Many<T>(this Grammar<T> grammar) => new(grammar.Parser.Many().Select(items => (IReadOnlyList<T>)[.. items]));

    /// <summary>One or more, with a separator between them.</summary>
    public static Grammar<IReadOnlyList<T>> SeparatedBy<T, TSeparator>(this Grammar<T> grammar, Grammar<TSeparator> separator)
    {
        Grammar<T> further = separator.SelectMany(_ => grammar, (_, item) => item);
        return grammar.SelectMany(_ => further.Many(), (first, rest) => (IReadOnlyList<T>)[first, .. rest]);
    }
}
