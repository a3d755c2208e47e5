using Builder.Cache;
using Builder.Cli.Terminals;
using Builder.Executor.Exports;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Oci.Tar;
using Builder.Runtime.Containers;
using Builder.Sandbox;
using Builder.Sandbox.Sessions;

namespace Builder.Cli.Hosting;

/// <summary>Makes one message of an exception, and the exit code.</summary>
/// <param name="terminal">Where the message goes.</param>
/// <param name="debug">Whether to print the stack trace.</param>
/// <param name="failure">The command's own failure code.</param>
internal sealed class ErrorReporter(Terminal terminal, bool debug, ExitCode failure)
{
    /// <summary>Tells what went wrong.</summary>
    public ExitCode Report(Exception exception)
    {
        (string message, string? hint, ExitCode? code) = Describe(exception);
        terminal.Error.WriteLine($"builder: {message}");
        if (hint is not null) terminal.Error.WriteLine($"hint: {hint}");
        if (debug) terminal.Error.WriteLine(exception.ToString());

        // Where the container's own code must stay apart, an image that can't be had is builder's failure like any other.
        return exception is ImageSourceException && failure == ExitCode.Refused ? failure : code ?? failure;
    }

    private static (string Message, string? Hint, ExitCode? Code) Describe(Exception exception) => exception switch
    {
        CommandException e => (e.Message, e.Hint, e.ExitCode),
        SessionException e => (e.Message, e.Hint, null),
        SandboxException e => (e.Message, e.Hint, new ExitCode(e.ExitCode)),
        StoreException or ExportException or ContainerException => (exception.Message, null, null),
        ImageSourceException e => (e.Message, null, ExitCode.Of(e.Problem)),
        OciFormatException or TarFormatException => (exception.Message, null, null),
        IOException or UnauthorizedAccessException => (exception.Message, null, null),
        AggregateException { InnerExceptions: [{ } only] } => Describe(only),
        _ => (
            $"internal error: {exception.GetType().Name}: {exception.Message}",
            "this is a fault of builder: run it again with BUILDER_DEBUG=1 for details and report it",
            null),
    };
}
