using Builder.Parser.Text;

namespace Builder.Cli.Builds;

/// <summary>A Dockerfile that was read, and the context it is built in.</summary>
/// <param name="Text">Its text; the file name is the one to show.</param>
/// <param name="ContextDirectory">Absolute, or null when there is none (Dockerfile on standard input).</param>
/// <param name="IgnoreFile">Absolute path of the ignore file in force, or null.</param>
internal sealed record DockerfileSource(SourceText Text, string? ContextDirectory, string? IgnoreFile);
