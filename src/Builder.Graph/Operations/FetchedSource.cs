namespace Builder.Graph.Operations;

/// <summary>A source of ADD that lies elsewhere: another input of its vertex.</summary>
/// <param name="InputIndex">The input.</param>
/// <param name="Path">What is copied of its tree; empty for all of it.</param>
/// <param name="Position">How many of the operation's other sources are copied before it.</param>
/// <param name="Unpack">Whether an archive is unpacked.</param>
public sealed record FetchedSource(int InputIndex, string Path, int Position, bool Unpack);
