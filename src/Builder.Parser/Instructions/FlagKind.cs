namespace Builder.Parser.Instructions;

/// <summary>What a flag takes.</summary>
internal enum FlagKind
{
    /// <summary>A value, once.</summary>
    Text,

    /// <summary>A value, any number of times.</summary>
    List,

    /// <summary>Nothing, true or false; once.</summary>
    Boolean,
}
