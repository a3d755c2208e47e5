namespace Builder.Cli;

/// <summary>A command can't go on; the message is for the user.</summary>
/// <param name="message">One sentence.</param>
/// <param name="exitCode">What the process ends with; the command's own failure code when not given.</param>
/// <param name="hint">What would help, or null.</param>
/// <param name="inner">The cause.</param>
internal sealed class CommandException(string message, ExitCode? exitCode = null, string? hint = null, Exception? inner = null)
    : Exception(message, inner)
{
    public ExitCode? ExitCode { get; } = exitCode;

    public string? Hint { get; } = hint;

    /// <summary>A flag that isn't known, or whose value makes no sense; docker ends with 125 then, and with 1 for operands that make none.</summary>
    public static CommandException Usage(string message, string? hint = null) => new(message, Cli.ExitCode.Refused, hint);
}
