namespace Builder.Cli.CommandLine;

/// <summary>A row of the command table.</summary>
/// <param name="Names">Each way to call it, words separated by a blank; the first is the one messages use.</param>
/// <param name="Description">For the list of commands.</param>
/// <param name="NeedsSession">Whether it handles image files and so runs in a user namespace.</param>
/// <param name="CreateGrammar">Makes its grammar; only the chosen command's is made.</param>
internal sealed record CommandEntry(IReadOnlyList<string> Names, string Description, bool NeedsSession, Func<CommandGrammar> CreateGrammar)
{
    /// <summary>Left out of the list of commands.</summary>
    public bool Hidden { get; init; }

    /// <summary>What it ends with when it fails: 125 where the container's own code must stay apart.</summary>
    public ExitCode FailureCode { get; init; } = ExitCode.Failure;

    public string Name => Names[0];
}
