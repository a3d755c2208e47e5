namespace Builder.Executor.Contexts;

/// <summary>One line of an ignore file.</summary>
/// <param name="Text">As written.</param>
/// <param name="Line">From 1.</param>
/// <param name="Negated">Begins with <c>!</c>: takes back what earlier lines excluded.</param>
/// <param name="Pattern">Compiled.</param>
internal sealed record IgnoreRule(string Text, int Line, bool Negated, Glob Pattern);
