namespace Builder.Parser.Text;

/// <summary>A place as a person reads it.</summary>
/// <param name="Line">Line number, from 1.</param>
/// <param name="Column">Column in characters, from 1.</param>
public readonly record struct LinePosition(int Line, int Column);
