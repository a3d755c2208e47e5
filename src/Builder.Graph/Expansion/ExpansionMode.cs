namespace Builder.Graph.Expansion;

/// <summary>How quotes and blanks are treated.</summary>
internal enum ExpansionMode
{
    /// <summary>Quotes are removed, blanks are data.</summary>
    Word,

    /// <summary>Quotes are removed, unquoted blanks separate words.</summary>
    Split,

    /// <summary>Quotes are data.</summary>
    Heredoc,
}
