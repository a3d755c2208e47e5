using System.CommandLine;
using Builder.Cache;
using Builder.Cli.Builds;
using Builder.Cli.CommandLine;
using Builder.Cli.Hosting;
using Builder.Oci;
using Builder.Oci.Images;

namespace Builder.Cli.Manifests;

/// <summary>Says of an entry of an index what its platform is.</summary>
internal sealed class ManifestAnnotateCommand(CommandContext context)
{
    /// <summary>Runs it.</summary>
    /// <param name="name">Of the index.</param>
    /// <param name="image">The entry: the name it was made of, or its digest.</param>
    /// <param name="change">The platform after it.</param>
    public ExitCode Run(ImageReference name, string image, Func<Platform, Platform> change)
    {
        using BuilderStore store = context.OpenStore();
        ImageIndex index = store.Indexes.Find(name) ?? throw Missing(name);
        Descriptor entry = index.Manifests.FirstOrDefault(m => Matches(m, image)) ?? throw new CommandException($"manifest for image {image} does not exist in {name.FamiliarName}");
        Descriptor changed = entry with { Platform = change(entry.Platform ?? Platform.Current) };
        store.Indexes.Put(name, index with { Manifests = [.. index.Manifests.Select(m => m == entry ? changed : m)] });
        return ExitCode.Success;
    }

    /// <summary>The error for an index that isn't there.</summary>
    public static CommandException Missing(ImageReference name) => new($"No such manifest: {name}", hint: "make it with: builder manifest create");

    private static bool Matches(Descriptor entry, string image) =>
        entry.Digest.ToString() == image
        || (ImageReference.TryParse(image, out ImageReference? reference) && (reference.Digest == entry.Digest || IndexEntry.NameOf(entry) == reference));
}

/// <summary>The flags of <c>manifest annotate</c>.</summary>
internal sealed class ManifestAnnotateGrammar : CommandGrammar
{
    private readonly Argument<string[]> _names = Flags.Operands("INDEX IMAGE", "An index, and one of its images", 2, 2);
    private readonly Option<string?> _os = Flags.Text("--os", "Operating system");
    private readonly Option<string?> _architecture = Flags.Text("--arch", "Architecture");
    private readonly Option<string?> _variant = Flags.Text("--variant", "Variant of the architecture");

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        command.Add(_names);
        foreach (Option option in new Option[] { _os, _architecture, _variant }) command.Add(option);
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        string[] names = parsed.GetValue(_names)!;
        ImageReference name = ImageNames.ParseTag(names[0]);
        (string? os, string? architecture, string? variant) = (parsed.GetValue(_os), parsed.GetValue(_architecture), parsed.GetValue(_variant));
        Platform Change(Platform platform) => new(os ?? platform.Os, architecture ?? platform.Architecture, variant ?? (architecture is null ? platform.Variant : null));
        return new BoundCommand((context, _) => Task.FromResult(new ManifestAnnotateCommand(context).Run(name, names[1], Change)));
    }
}
