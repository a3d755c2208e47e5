using Sprache;

namespace Builder.Parser.Grammars;

/// <summary>A rule that reads a value from text. The combinator library stays behind this type.</summary>
/// <typeparam name="T">What is read.</typeparam>
internal sealed class Grammar<T>(Parser<T> parser)
{
    private readonly Parser<T> _parser = parser;

    /// <summary>Applies the rule at a position; it need not reach the end of the text.</summary>
    public GrammarMatch<T> Match(string text, int start)
    {
        IResult<T> result = _parser(new ScanInput(text, start));
        return result.WasSuccessful
            ? new GrammarMatch<T>(true, result.Value, result.Remainder.Position)
            : new GrammarMatch<T>(false, default, result.Remainder.Position);
    }

    // Written out, since the library's own Select and SelectMany make several closures for every application.
    public Grammar<TResult> Select<TResult>(Func<T, TResult> convert) => new(input =>
    {
        IResult<T> result = _parser(input);
        return result.WasSuccessful
            ? Result.Success(convert(result.Value), result.Remainder)
            : Result.Failure<TResult>(result.Remainder, result.Message, result.Expectations);
    });

    public Grammar<TResult> SelectMany<TNext, TResult>(Func<T, Grammar<TNext>> next, Func<T, TNext, TResult> combine) => new(input =>
    {
        IResult<T> first = _parser(input);
        if (!first.WasSuccessful) return Result.Failure<TResult>(first.Remainder, first.Message, first.Expectations);
        IResult<TNext> second = next(first.Value)._parser(first.Remainder);
        return second.WasSuccessful
            ? Result.Success(combine(first.Value, second.Value), second.Remainder)
            : Result.Failure<TResult>(second.Remainder, second.Message, second.Expectations);
    });

    /// <summary>The other rule where this one doesn't fit.</summary>
    public Grammar<T> Or(Grammar<T> other) => new(_parser.Or(other._parser));

    /// <summary>As often as it fits; a loop, whatever the length.</summary>
    public Grammar<IReadOnlyList<T>> Many() => new(_parser.Many().Select(items => (IReadOnlyList<T>)[.. items]));

    /// <summary>One or more, with a separator between them.</summary>
    public Grammar<IReadOnlyList<T>> SeparatedBy<TSeparator>(Grammar<TSeparator> separator)
    {
        Grammar<T> further = separator.SelectMany(_ => this, (_, item) => item);
        return SelectMany(_ => further.Many(), (first, rest) => (IReadOnlyList<T>)[first, .. rest]);
    }
}

/// <summary>The elementary rules.</summary>
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
}
