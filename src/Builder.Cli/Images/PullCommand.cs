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
    /// <param name="allTags">Every tag of the repository.</param>
    /// <param name="platform">Which image of an index.</param>
    /// <param name="quiet">Print the name only.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<ExitCode> RunAsync(string typed, bool allTags, Platform platform, bool quiet, CancellationToken cancellationToken)
    {
        ImageReference reference = ImageNames.Parse(typed);
        bool hasDefaultTag = ImageNames.HasDefaultTag(typed, reference);
        if (allTags && !hasDefaultTag) throw new CommandException("tag can't be used with --all-tags/-a");
        using BuilderStore store = context.OpenStore();
        using TransferReporting display = TransferDisplay.Create(context, quiet);
        if (hasDefaultTag && !allTags) display.Line($"Using default tag: {reference.Tag}");
        IReadOnlyList<ImageReference> wanted = allTags ? await context.Registry.Value.ListTagsAsync(reference, cancellationToken) : [reference];
        if (wanted.Count == 0) throw new CommandException($"{reference.Repository} has no tag");
        var puller = new ImagePuller(store, context.Registry, display);
        bool isNew = false;
        foreach (ImageReference name in wanted) isNew |= await PullAsync(store, puller, display, name, platform, cancellationToken);
        string shown = allTags ? reference.FamiliarRepository : reference.FamiliarName;
        display.Line(isNew ? $"Status: Downloaded newer image for {shown}" : $"Status: Image is up to date for {shown}");
        context.Terminal.Out.Write((allTags ? reference.Repository : reference.ToString()) + "\n");
        return ExitCode.Success;
    }

    // Whether the name means another image than before.
    private static async Task<bool> PullAsync(
        BuilderStore store, ImagePuller puller, TransferReporting display, ImageReference name, Platform platform, CancellationToken cancellationToken)
    {
        StoredImage? before = store.Images.Find(name);
        (StoredImage image, Digest named) = await puller.PullNamedAsync(
            name, platform, cancellationToken, () => display.Line($"{name.Digest?.ToString() ?? name.Tag}: Pulling from {name.Path}"));
        display.Line($"Digest: {named}");
        return before?.Id != image.Id;
    }
}

/// <summary>The flags of <c>pull</c>.</summary>
internal sealed class PullGrammar : CommandGrammar
{
    private readonly Argument<string[]> _name = Flags.Operands("NAME[:TAG|@DIGEST]", "The image", 1, 1);
    private readonly Option<bool> _allTags = Flags.Switch("--all-tags", "Pull all tags of the repository", "-a");
    private readonly Option<bool> _quiet = Flags.Switch("--quiet", "Print the name only", "-q");
    private readonly Option<string?> _platform = Flags.Text("--platform", "Which image of a name that stands for several");
    private readonly Option<bool> _contentTrust = Flags.Switch("--disable-content-trust", "Ignored: digests are always verified, signatures never");

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        command.Add(_name);
        command.Add(_allTags);
        command.Add(_quiet);
        command.Add(_platform);
        command.Add(_contentTrust);
        _contentTrust.Hidden = true;
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        string name = parsed.GetValue(_name)![0];
        bool allTags = parsed.GetValue(_allTags);
        bool quiet = parsed.GetValue(_quiet);
        string? wanted = parsed.GetValue(_platform) ?? environment.Variable("DOCKER_DEFAULT_PLATFORM");
        Platform platform = wanted is null ? Platform.Current : PlatformCheck.Parse(wanted);
        return new BoundCommand((context, cancellationToken) => new PullCommand(context).RunAsync(name, allTags, platform, quiet, cancellationToken));
    }
}
