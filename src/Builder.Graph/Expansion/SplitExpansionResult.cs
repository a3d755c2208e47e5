using Builder.Oci.Collections;
using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;

namespace Builder.Graph.Expansion;

/// <summary>What expanding one word and splitting the result at unquoted blanks gave.</summary>
/// <param name="Words">The words; none when everything expanded to nothing.</param>
/// <param name="Diagnostics">Empty, or the error that stopped expansion.</param>
/// <param name="UndefinedVariables">Uses of unset variables that no operator provides for, in order, with their places.</param>
public sealed record SplitExpansionResult(
    EquatableArray<string> Words, EquatableArray<Diagnostic> Diagnostics, EquatableArray<Word> UndefinedVariables)
{
    /// <summary>Whether <see cref="Words"/> can be used.</summary>
    public bool Succeeded => Diagnostics.Count == 0;
}
