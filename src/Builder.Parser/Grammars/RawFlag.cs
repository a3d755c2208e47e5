namespace Builder.Parser.Grammars;

/// <summary>A word beginning with <c>--</c> between the keyword and the arguments.</summary>
/// <param name="Source">The word as written.</param>
/// <param name="Name">The name without dashes.</param>
/// <param name="Value">The value without quotes and escapes, or null when there is no <c>=</c>.</param>
/// <param name="ValueSource">The value as written; empty at the end of the word when there is none.</param>
internal sealed record RawFlag(Slice Source, string Name, string? Value, Slice ValueSource)
{
    /// <summary>Takes a flag word apart: quotes and escapes are removed from both sides of the first <c>=</c>.</summary>
    public static RawFlag Read(Slice word, char escape)
    {
        int equals = -1;
        string plain = QuotedText.Remove(word, escape, '=', ref equals);
        int split = plain.IndexOf('=', StringComparison.Ordinal);
        if (split < 0 || equals < 0) return new RawFlag(word, plain[2..], null, word with { Start = word.End });
        return new RawFlag(word, plain[2..split], plain[(split + 1)..], word with { Start = equals + 1 });
    }
}
