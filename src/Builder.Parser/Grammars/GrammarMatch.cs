namespace Builder.Parser.Grammars;

/// <summary>What applying a grammar gave.</summary>
/// <param name="Success">Whether the text fits.</param>
/// <param name="Value">The value read; default when the text doesn't fit.</param>
/// <param name="Position">Behind what was read, or where reading stopped.</param>
internal readonly record struct GrammarMatch<T>(bool Success, T? Value, int Position);
