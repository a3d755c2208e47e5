using Builder.Cli.Hosting;
using Builder.Cli.Machine;
using Builder.Cli.Terminals;
using Builder.Oci.Images;
using Builder.Sandbox;

namespace Builder.Cli;

internal static class Program
{
    // Not async: a session has to be started from the thread that stays until it ends.
    public static int Main(string[] args)
    {
        if (SandboxEntry.TryRun(args, out int initExitCode)) return initExitCode;
        using Terminal terminal = Terminal.OfProcess();
        // Scripts ask for it often, and it needs nothing of what follows.
        if (args is ["version"] or ["--version"]) return VersionCommand.Run(terminal).Value;
        try
        {
            HostEnvironment environment = HostEnvironment.OfProcess();
            Lazy<IImageRegistry> registry = RegistrySetup.Create(environment, TimeProvider.System);
            var context = new CommandContext(terminal, environment, TimeProvider.System, new SandboxSessionHost(), registry);
            return new CliApplication(context).Run(args).Value;
        }
        catch (CommandException e)
        {
            return new ErrorReporter(terminal, debug: false, ExitCode.Refused).Report(e).Value;
        }
    }
}
