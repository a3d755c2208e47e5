namespace Builder.Parser.Instructions;

/// <summary>What a flag takes.</summary>
internal enum FlagKind
{
    /// <summary>A value, once; an empty one is none.</summary>
    Text,

    /// <summary>A value, any number of times; an empty one is none.</summary>
    List,

    /// <summary>A value that isn't empty, once.</summary>
    FilledText,

    /// <summary>A value that isn't empty, any number of times.</summary>
    FilledList,

    /// <summary>Nothing, true or false; once.</summary>
    Boolean,
}
