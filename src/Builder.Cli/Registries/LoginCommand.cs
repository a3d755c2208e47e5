using System.CommandLine;
using System.Text;
using Builder.Cli.CommandLine;
using Builder.Cli.Hosting;
using Builder.Cli.Terminals;
using Builder.Registry;
using Builder.Registry.Authentication;

namespace Builder.Cli.Registries;

/// <summary>Tries a login at a registry and keeps it.</summary>
internal sealed class LoginCommand(CommandContext context)
{
    private const int MaxPasswordSize = 1 << 20;

    /// <summary>Runs it.</summary>
    /// <param name="domain">The registry.</param>
    /// <param name="user">As typed, or null.</param>
    /// <param name="password">As typed, or null.</param>
    /// <param name="fromInput">The password comes from standard input.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<ExitCode> RunAsync(string domain, string? user, string? password, bool fromInput, CancellationToken cancellationToken)
    {
        if (fromInput) password = await ReadPasswordAsync(cancellationToken);
        Login login = await AskAsync(domain, user, password, cancellationToken);
        RegistryOptions options = RegistrySetup.Options(context.Environment, context.Time) with { Credentials = CredentialStore.Of(domain, login) };
        using (var client = new RegistryClient(options)) await client.CheckLoginAsync(domain, cancellationToken);
        string path = LoginFiles.Own(context.Environment);
        try
        {
            string? helper = await new LoginFile(path).StoreAsync(domain, login, cancellationToken);
            if (helper is null) context.Terminal.Error.WriteLine($"WARNING: the password is kept unencrypted in {path}; a credential helper (credsStore) would keep it better");
        }
        catch (FormatException e)
        {
            throw new CommandException(e.Message, inner: e);
        }

        context.Terminal.Out.Write("Login Succeeded\n");
        return ExitCode.Success;
    }

    // What the flags don't say.
    private async Task<Login> AskAsync(string domain, string? user, string? password, CancellationToken cancellationToken)
    {
        if (user is not null && password is not null) return new Login(user, password);
        if (!context.Terminal.InputIsTerminal)
        {
            throw new CommandException(
                "a login needs a name and a password, and there is no terminal to ask for them", hint: $"builder login -u NAME --password-stdin {domain} < FILE");
        }

        user ??= NotEmpty("name", await Prompt.AskAsync(context.Terminal, "Username: ", cancellationToken));
        return new Login(user, password ?? NotEmpty("password", await Prompt.AskSecretAsync(context.Terminal, "Password: ", cancellationToken)));
    }

    private static string NotEmpty(string what, string answer) => answer.Length > 0 ? answer : throw new CommandException($"the {what} is empty");

    private async Task<string> ReadPasswordAsync(CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[MaxPasswordSize];
        int count = await context.Terminal.Input.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        string password = Encoding.UTF8.GetString(buffer, 0, count).TrimEnd('\r', '\n');
        return NotEmpty("password on standard input", password);
    }
}

/// <summary>The flags of <c>login</c>.</summary>
internal sealed class LoginGrammar : CommandGrammar
{
    private readonly Argument<string[]> _server = Flags.Operands("SERVER", "The registry (default: Docker Hub)", 0, 1);
    private readonly Option<string?> _user = Flags.Text("--username", "Name", "-u");
    private readonly Option<string?> _password = Flags.Text("--password", "Password; other users can see it, so better --password-stdin", "-p");
    private readonly Option<bool> _fromInput = Flags.Switch("--password-stdin", "Read the password from standard input");

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        command.Add(_server);
        foreach (Option option in new Option[] { _user, _password, _fromInput }) command.Add(option);
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        string domain = ServerName.Parse(parsed.GetValue(_server)!.FirstOrDefault());
        (string? user, string? password, bool fromInput) = (parsed.GetValue(_user), parsed.GetValue(_password), parsed.GetValue(_fromInput));
        if (fromInput && password is not null) throw new CommandException("--password and --password-stdin are mutually exclusive");
        if (fromInput && user is null) throw new CommandException("must provide --username with --password-stdin");
        return new BoundCommand((context, cancellationToken) => new LoginCommand(context).RunAsync(domain, user, password, fromInput, cancellationToken));
    }
}
