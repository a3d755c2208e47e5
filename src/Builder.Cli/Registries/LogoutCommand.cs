using System.CommandLine;
using Builder.Cli.CommandLine;
using Builder.Cli.Hosting;
using Builder.Registry.Authentication;

namespace Builder.Cli.Registries;

/// <summary>Forgets the login of a registry.</summary>
internal sealed class LogoutCommand(CommandContext context)
{
    /// <summary>Runs it.</summary>
    public async Task<ExitCode> RunAsync(string domain, CancellationToken cancellationToken)
    {
        try
        {
            // docker says so whether there was a login or not.
            await new LoginFile(LoginFiles.Own(context.Environment)).EraseAsync(domain, cancellationToken);
            context.Terminal.Out.Write($"Removing login credentials for {(domain == ServerName.DockerHub ? "https://index.docker.io/v1/" : domain)}\n");
        }
        catch (FormatException e)
        {
            throw new CommandException(e.Message, inner: e);
        }

        return ExitCode.Success;
    }
}

/// <summary>The operands of <c>logout</c>.</summary>
internal sealed class LogoutGrammar : CommandGrammar
{
    private readonly Argument<string[]> _server = Flags.Operands("SERVER", "The registry (default: Docker Hub)", 0, 1);

    /// <inheritdoc/>
    public override void Declare(Command command) => command.Add(_server);

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        string domain = ServerName.Parse(parsed.GetValue(_server)!.FirstOrDefault());
        return new BoundCommand((context, cancellationToken) => new LogoutCommand(context).RunAsync(domain, cancellationToken));
    }
}
