using Builder.Graph.Operations;
using Builder.Parser.Text;

namespace Builder.Cli.Builds;

/// <summary>A Dockerfile that was read, and the context it is built in.</summary>
/// <param name="Text">Its text; the file name is the one to show.</param>
/// <param name="ContextDirectory">Absolute, or null when the context is no directory of this machine.</param>
/// <param name="IgnoreFile">Absolute path of the ignore file in force, or null.</param>
internal sealed record DockerfileSource(SourceText Text, string? ContextDirectory, string? IgnoreFile)
{
    /// <summary>What brings the files of a context that is no directory of this machine; null for an empty one.</summary>
    public Operation? RemoteContext { get; init; }

    /// <summary>Where those files are now, for reading; null when there are none.</summary>
    public string? RemoteDirectory { get; init; }
}
