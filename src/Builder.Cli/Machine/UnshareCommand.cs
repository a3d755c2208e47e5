using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using Builder.Cli.CommandLine;
using Builder.Cli.Hosting;
using Builder.Oci.Collections;

namespace Builder.Cli.Machine;

/// <summary>Runs a command inside a session, so that people can look at and delete files whose owners are foreign to them.</summary>
internal sealed class UnshareCommand(CommandContext context)
{
    private const int NoEntry = 2;
    private const int SignalBase = 128;
    private const int Kill = 9;

    /// <summary>Runs it; the exit code is the command's.</summary>
    /// <param name="command">The argv; empty for a shell.</param>
    /// <param name="cancellationToken">Kills it.</param>
    public async Task<ExitCode> RunAsync(EquatableArray<string> command, CancellationToken cancellationToken)
    {
        string[] words = command.Count > 0 ? [.. command] : [context.Environment.Variable("SHELL") ?? "/bin/sh"];
        var start = new ProcessStartInfo(words[0], words[1..]) { UseShellExecute = false, WorkingDirectory = context.Environment.WorkingDirectory };
        context.Terminal.Flush();
        using Process process = Start(start);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
            return new ExitCode(process.ExitCode);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            return new ExitCode(SignalBase + Kill);
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new CommandException($"{start.FileName} could not be started", ExitCode.NotExecutable);
        }
        catch (Win32Exception e)
        {
            throw new CommandException($"{start.FileName}: {e.Message}", e.NativeErrorCode == NoEntry ? ExitCode.NotFound : ExitCode.NotExecutable, inner: e);
        }
    }
}

/// <summary>The operands of <c>unshare</c>.</summary>
internal sealed class UnshareGrammar : CommandGrammar
{
    private readonly Argument<string[]> _command = Flags.Operands("COMMAND", "What to run (default: a shell)", 0);

    /// <inheritdoc/>
    public override bool StopsAtFirstOperand => true;

    /// <inheritdoc/>
    public override void Declare(Command command) => command.Add(_command);

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        EquatableArray<string> command = [.. parsed.GetValue(_command)!];
        return new BoundCommand((context, cancellationToken) => new UnshareCommand(context).RunAsync(command, cancellationToken));
    }
}
