using System.CommandLine;
using Builder.Cli.Hosting;

namespace Builder.Cli.CommandLine;

/// <summary>A command with its arguments read, ready to run.</summary>
/// <param name="Run">Runs it.</param>
internal sealed record BoundCommand(Func<CommandContext, CancellationToken, Task<ExitCode>> Run)
{
    /// <summary>False when these arguments touch no image files, so that the command's session isn't needed.</summary>
    public bool NeedsSession { get; init; } = true;

    /// <summary>Does the work outside of a session, when none is needed this time; null when one is: then nothing was said or done.</summary>
    public Func<CommandContext, CancellationToken, Task<ExitCode?>>? RunOutside { get; init; }
}

/// <summary>The flags and operands of one command, and how they become its arguments record.</summary>
internal abstract class CommandGrammar
{
    /// <summary>True when what follows the first operand belongs to it.</summary>
    public virtual bool StopsAtFirstOperand => false;

    /// <summary>Adds flags and operands.</summary>
    public abstract void Declare(Command command);

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="CommandException">They make no sense.</exception>
    public abstract BoundCommand Bind(ParseResult parsed, HostEnvironment environment);
}
