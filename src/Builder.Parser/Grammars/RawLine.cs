namespace Builder.Parser.Grammars;

/// <summary>The parts every instruction has.</summary>
/// <param name="Keyword">The first word.</param>
/// <param name="Flags">What follows it and begins with two dashes.</param>
/// <param name="ArgumentStart">Where the rest begins.</param>
internal sealed record RawLine(Slice Keyword, IReadOnlyList<RawFlag> Flags, int ArgumentStart);
