using System.CommandLine;
using Builder.Cache;
using Builder.Cli.Builds;
using Builder.Cli.CommandLine;
using Builder.Cli.Hosting;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Oci.Json;

namespace Builder.Cli.Manifests;

/// <summary>Sends an index to its registry, with the images it names that aren't in its repository yet.</summary>
internal sealed class ManifestPushCommand(CommandContext context)
{
    /// <summary>Runs it.</summary>
    /// <param name="name">Of the index.</param>
    /// <param name="purge">Forget it afterwards.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<ExitCode> RunAsync(ImageReference name, bool purge, CancellationToken cancellationToken)
    {
        using BuilderStore store = context.OpenStore();
        ImageIndex index = store.Indexes.Find(name) ?? throw ManifestAnnotateCommand.Missing(name);
        IImageRegistry registry = context.Registry.Value;
        var copy = new RepositoryCopy(registry);
        foreach (Descriptor entry in index.Manifests)
        {
            if (IndexEntry.SourceOf(entry) is { } source) await copy.EnsureAsync(source, name, cancellationToken);
            context.Terminal.Out.Write($"Pushed ref {name.WithDigest(entry.Digest)} with digest: {entry.Digest}\n");
        }

        ImageIndex plain = IndexEntry.Plain(index);
        Digest digest = await registry.PushManifestAsync(name, OciJson.WriteIndex(plain), plain.MediaType!, cancellationToken); // set by Plain
        if (purge) store.Indexes.Remove(name);
        context.Terminal.Out.Write($"{digest}\n");
        return ExitCode.Success;
    }
}

/// <summary>The flags of <c>manifest push</c>.</summary>
internal sealed class ManifestPushGrammar : CommandGrammar
{
    private readonly Argument<string[]> _name = Flags.Operands("INDEX", "The index", 1, 1);
    private readonly Option<bool> _purge = Flags.Switch("--purge", "Forget the index after it was pushed", "-p");
    private readonly Option<bool> _insecure = Flags.Switch("--insecure", "Without effect: registries.conf says which registries are insecure");

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        command.Add(_name);
        command.Add(_purge);
        command.Add(_insecure);
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        ImageReference name = ImageNames.ParseTag(parsed.GetValue(_name)![0]);
        bool purge = parsed.GetValue(_purge);
        return new BoundCommand((context, cancellationToken) => new ManifestPushCommand(context).RunAsync(name, purge, cancellationToken));
    }
}
