using System.CommandLine;
using Builder.Cache;
using Builder.Cli.Builds;
using Builder.Cli.CommandLine;
using Builder.Cli.Hosting;
using Builder.Oci;
using Builder.Oci.Collections;
using Builder.Oci.Images;

namespace Builder.Cli.Manifests;

/// <summary>Puts images of registries together to one index, for <c>manifest push</c>.</summary>
internal sealed class ManifestCreateCommand(CommandContext context)
{
    /// <summary>Runs it.</summary>
    /// <param name="name">Of the index.</param>
    /// <param name="images">Images or indexes of registries; entries of an index are taken over.</param>
    /// <param name="amend">Add to an index that is there.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<ExitCode> RunAsync(ImageReference name, EquatableArray<ImageReference> images, bool amend, CancellationToken cancellationToken)
    {
        using BuilderStore store = context.OpenStore();
        ImageIndex? present = store.Indexes.Find(name);
        if (present is not null && !amend) throw new CommandException("refusing to amend an existing manifest list with no --amend flag");
        var entries = new List<Descriptor>(present?.Manifests ?? []);
        var reader = new ManifestReader(context.Registry.Value);
        foreach (ImageReference image in images)
        {
            foreach (Descriptor entry in await reader.EntriesAsync(image, cancellationToken))
            {
                entries.RemoveAll(other => other.Digest == entry.Digest);
                entries.Add(entry);
            }
        }

        store.Indexes.Put(name, new ImageIndex { Manifests = [.. entries] });
        context.Terminal.Out.Write($"Created manifest list {name}\n");
        return ExitCode.Success;
    }
}

/// <summary>The flags of <c>manifest create</c>.</summary>
internal sealed class ManifestCreateGrammar : CommandGrammar
{
    private readonly Argument<string[]> _names = Flags.Operands("INDEX IMAGE", "The index to make, and images of registries", 2);
    private readonly Option<bool> _amend = Flags.Switch("--amend", "Add to an index that is there", "-a");
    private readonly Option<bool> _insecure = Flags.Switch("--insecure", "Without effect: registries.conf says which registries are insecure");

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        command.Add(_names);
        command.Add(_amend);
        command.Add(_insecure);
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        string[] names = parsed.GetValue(_names)!;
        ImageReference name = ImageNames.ParseTag(names[0]);
        EquatableArray<ImageReference> images = [.. names.Skip(1).Select(ImageNames.Parse)];
        bool amend = parsed.GetValue(_amend);
        return new BoundCommand((context, cancellationToken) => new ManifestCreateCommand(context).RunAsync(name, images, amend, cancellationToken));
    }
}
