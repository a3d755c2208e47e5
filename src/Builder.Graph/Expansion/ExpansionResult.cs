using Builder.Oci.Collections;
using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;

namespace Builder.Graph.Expansion;

/// <summary>What expanding one word gave.</summary>
/// <param name="Text">The expanded text; empty when expansion failed.</param>
/// <param name="Diagnostics">Empty, or the error that stopped expansion.</param>
/// <param name="UndefinedVariables">Uses of unset variables that no operator provides for, in order, with their places.</param>
public sealed record ExpansionResult(string Text, EquatableArray<Diagnostic> Diagnostics, EquatableArray<Word> UndefinedVariables)
{
    /// <summary>Whether <see cref="Text"/> can be used.</summary>
    public bool Succeeded => Diagnostics.Count == 0;
}
