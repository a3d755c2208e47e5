namespace Builder.Parser.Lines;

/// <summary>One line of the file.</summary>
/// <param name="Start">First character.</param>
/// <param name="End">Behind the last character, the line break left out.</param>
/// <param name="Next">First character of the next line.</param>
internal readonly record struct PhysicalLine(int Start, int End, int Next);
