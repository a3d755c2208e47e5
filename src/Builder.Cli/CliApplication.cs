using Builder.Cli.CommandLine;
using Builder.Cli.Hosting;
using Builder.Oci.Images;

namespace Builder.Cli;

/// <summary>One invocation: reads the command line, goes into the session when need be, runs the command, tells errors.</summary>
internal sealed class CliApplication(CommandContext context)
{
    /// <summary>Runs it, on the main thread.</summary>
    /// <param name="arguments">Without the program's name.</param>
    public ExitCode Run(IReadOnlyList<string> arguments)
    {
        ExitCode failure = ExitCode.Failure;
        try
        {
            ReadCommandLine line = new CommandLineReader(CommandTable.Create(context.Terminal)).Read(arguments, context.Environment);
            if (line.WriteHelp is not null)
            {
                line.WriteHelp(context.Terminal.Out);
                return ExitCode.Success;
            }

            if (line.Entry is not { } entry || line.Command is not { } command) throw new InvalidOperationException("a command line without a command");
            failure = entry.FailureCode;
            if (entry.NeedsSession && command.NeedsSession && !context.Sessions.IsInside)
                return TryOutside(command, ContextOf(line)) ?? new ExitCode(context.Sessions.RestartInside(arguments));
            using IInterrupts interrupts = context.Sessions.IsInside ? context.Sessions.Enter() : new InterruptScope();
            return RunCommandAsync(
                async (c, token) => await command.Run(c, token), ContextOf(line) with { Interrupts = interrupts }).GetAwaiter().GetResult() ?? failure;
        }
        catch (Exception e)
        {
            return new ErrorReporter(context.Terminal, context.Environment.IsOn("BUILDER_DEBUG"), failure).Report(e);
        }
        finally
        {
            while (context.Notices.TryDequeue(out string? notice)) context.Terminal.Error.WriteLine($"warning: {notice}");
            context.Terminal.Flush();
        }
    }

    private static ExitCode? TryOutside(BoundCommand command, CommandContext context)
    {
        if (command.RunOutside is not { } run) return null;
        using var interrupts = new InterruptScope();
        return RunCommandAsync(run, context with { Interrupts = interrupts }).GetAwaiter().GetResult();
    }

    private CommandContext ContextOf(ReadCommandLine line)
    {
        bool isOffline = line.IsOffline || context.Environment.IsOn("BUILDER_OFFLINE");
        CommandContext own = context with { RootOption = line.Root, IsOffline = isOffline };
        return isOffline ? own with { Registry = new Lazy<IImageRegistry>(static () => new OfflineRegistry()) } : own;
    }

    private static async Task<ExitCode?> RunCommandAsync(Func<CommandContext, CancellationToken, Task<ExitCode?>> run, CommandContext context)
    {
        IInterrupts interrupts = context.Interrupts!;
        try
        {
            ExitCode? code = await run(context, interrupts.Token);
            if (code is null) interrupts.Token.ThrowIfCancellationRequested(); // a session that is started now would know nothing of the signal
            return code;
        }
        catch (OperationCanceledException) when (interrupts.Token.IsCancellationRequested)
        {
            context.Terminal.Error.WriteLine("builder: canceled");
            return interrupts.ExitCode;
        }
    }
}
