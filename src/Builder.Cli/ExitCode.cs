namespace Builder.Cli;

/// <summary>What a command ends with; the values are docker's.</summary>
/// <param name="Value">The process exit code.</param>
internal readonly record struct ExitCode(int Value)
{
    public static readonly ExitCode Success = new(0);

    /// <summary>The work failed: a build, a missing image ...</summary>
    public static readonly ExitCode Failure = new(1);

    /// <summary>The command line was wrong, or <c>run</c> could not do its own part.</summary>
    public static readonly ExitCode Refused = new(125);

    /// <summary>The program of a container can't be executed.</summary>
    public static readonly ExitCode NotExecutable = new(126);

    /// <summary>The program of a container does not exist.</summary>
    public static readonly ExitCode NotFound = new(127);

    /// <summary>Ended by Ctrl-C.</summary>
    public static readonly ExitCode Interrupted = new(130);
}
