using Builder.Graph.Operations;

namespace Builder.Cli.Builds;

/// <summary>A context that is no directory of this machine.</summary>
/// <param name="Operation">What brings its files.</param>
/// <param name="Directory">Where they are now, for reading; null when the context is a single file that is the Dockerfile.</param>
/// <param name="Name">For messages.</param>
internal sealed record RemoteContext(Operation Operation, string? Directory, string Name);
