namespace Builder.Parser.Grammars;

/// <summary>The JSON form of arguments: an array of strings that fills the rest of the line.</summary>
internal static class JsonGrammar
{
    private static readonly Grammar<Slice> Space = Grammar.Scan("space", JsonText.SkipSpace);

    private static readonly Grammar<JsonString> Element =
        from before in Space
        from source in Grammar.Scan("string", JsonText.FindStringEnd)
        from after in Space
        select new JsonString(source, JsonText.Decode(source));

    private static readonly Grammar<IReadOnlyList<JsonString>> Elements =
        Element.SeparatedBy(Grammar.Character(',')).Or(Space.Select(_ => (IReadOnlyList<JsonString>)[]));

    /// <summary>The array, closing bracket included, with nothing behind it.</summary>
    public static Grammar<IReadOnlyList<JsonString>> StringArray { get; } =
        from open in Grammar.Character('[')
        from elements in Elements
        from close in Grammar.Character(']')
        from after in Space
        from end in Grammar.End
        select elements;
}

/// <summary>A string of a JSON array.</summary>
/// <param name="Source">As written, quotes included.</param>
/// <param name="Value">Decoded.</param>
internal sealed record JsonString(Slice Source, string Value);
