namespace Builder.Executor.Exports;

/// <summary>Where an archive goes. The set of subtypes is closed.</summary>
public abstract record ExportDestination;

/// <summary>A file, there only when it is whole.</summary>
/// <param name="Path">Its path; the directory must exist.</param>
public sealed record FileDestination(string Path) : ExportDestination;

/// <summary>A stream of the caller's, such as standard output; flushed, not closed.</summary>
/// <param name="Stream">Never seeked.</param>
public sealed record StreamDestination(Stream Stream) : ExportDestination;

/// <summary>A directory that gets the files of an archive.</summary>
/// <param name="Path">Its path; made when it is missing.</param>
public sealed record LayoutDestination(string Path) : ExportDestination;

/// <summary>A result can't be brought to where it should go; the message names the place and the reason.</summary>
public sealed class ExportException(string message, Exception? inner = null) : Exception(message, inner);
