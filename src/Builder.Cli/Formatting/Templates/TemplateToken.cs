namespace Builder.Cli.Formatting.Templates;

/// <summary>What a token inside <c>{{ }}</c> is.</summary>
internal enum TokenKind
{
    /// <summary>A name: keyword, function, true, false, nil.</summary>
    Word,

    /// <summary><c>.Name</c>, or the dot alone with an empty text.</summary>
    Field,

    /// <summary><c>$name</c> with the dollar sign.</summary>
    Variable,

    /// <summary>A quoted text, unquoted.</summary>
    Text,

    Number,

    /// <summary>One of <c>| ( ) := ,</c>.</summary>
    Mark,
}

/// <summary>A token.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its content.</param>
/// <param name="Glued">Whether it follows the one before without a blank: <c>$x.Name</c> is one operand, <c>$x .Name</c> are two.</param>
internal readonly record struct TemplateToken(TokenKind Kind, string Text, bool Glued);
