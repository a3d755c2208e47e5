using System.CommandLine;
using Builder.Cache;
using Builder.Cache.Images;
using Builder.Cli.Builds;
using Builder.Cli.CommandLine;
using Builder.Cli.Hosting;
using Builder.Cli.Transfers;
using Builder.Oci;

namespace Builder.Cli.Images;

/// <summary>Brings an image from its registry.</summary>
internal sealed class PullCommand(CommandContext context)
{
    /// <summary>Runs it.</summary>
    /// <param name="typed">A name, with a tag or digest or without.</param>
    /// <param name="platform">Which image of an index.</param>
    /// <param name="quiet">Print the name only.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<ExitCode> RunAsync(string typed, Platform platform, bool quiet, CancellationToken cancellationToken)
    {
        ImageReference reference = ImageNames.Parse(typed);
        using BuilderStore store = context.OpenStore();
        using TransferReporting display = TransferDisplay.Create(context, quiet);
        if (ImageNames.HasDefaultTag(typed, reference)) display.Line($"Using default tag: {reference.Tag}");
        StoredImage? before = store.Images.Find(reference);
        display.Line($"{reference.Digest?.ToString() ?? reference.Tag}: Pulling from {(reference.Domain == "docker.io" ? reference.Path : reference.Repository[(reference.Domain.Length + 1)..])}");
        var puller = new ImagePuller(store, context.Registry, display);
        (StoredImage image, Digest named) = await puller.PullNamedAsync(reference, platform, cancellationToken);
        display.Line($"Digest: {named}");
        display.Line(before?.Id == image.Id ? $"Status: Image is up to date for {reference.FamiliarName}" : $"Status: Downloaded newer image for {reference.FamiliarName}");
        context.Terminal.Out.Write(reference + "\n");
        return ExitCode.Success;
    }
}

/// <summary>The flags of <c>pull</c>.</summary>
internal sealed class PullGrammar : CommandGrammar
{
    private readonly Argument<string[]> _name = Flags.Operands("NAME[:TAG|@DIGEST]", "The image", 1, 1);
    private readonly Option<bool> _quiet = Flags.Switch("--quiet", "Print the name only", "-q");
    private readonly Option<string?> _platform = Flags.Text("--platform", "Which image of a name that stands for several");
    private readonly Option<bool> _contentTrust = Flags.Switch("--disable-content-trust", "Ignored: digests are always verified, signatures never");

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        command.Add(_name);
        command.Add(_quiet);
        command.Add(_platform);
        command.Add(_contentTrust);
        _contentTrust.Hidden = true;
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        string name = parsed.GetValue(_name)![0];
        bool quiet = parsed.GetValue(_quiet);
        string? wanted = parsed.GetValue(_platform) ?? environment.Variable("DOCKER_DEFAULT_PLATFORM");
        Platform platform = wanted is null ? Platform.Current : PlatformCheck.Parse(wanted);
        return new BoundCommand((context, cancellationToken) => new PullCommand(context).RunAsync(name, platform, quiet, cancellationToken));
    }
}
