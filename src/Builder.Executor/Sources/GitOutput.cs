namespace Builder.Executor.Sources;

/// <summary>What a git command said.</summary>
/// <param name="ExitCode">0 when it went well.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">The end of standard error.</param>
internal sealed record GitOutput(int ExitCode, string Output, string Error);
