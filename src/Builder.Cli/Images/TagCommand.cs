using System.CommandLine;
using Builder.Cache;
using Builder.Cache.Images;
using Builder.Cli.Builds;
using Builder.Cli.CommandLine;
using Builder.Cli.Hosting;
using Builder.Oci;

namespace Builder.Cli.Images;

/// <summary>Gives an image another name.</summary>
internal sealed class TagCommand(CommandContext context)
{
    /// <summary>Runs it.</summary>
    /// <param name="source">Name or id.</param>
    /// <param name="name">The new name.</param>
    public ExitCode Run(string source, ImageReference name)
    {
        using BuilderStore store = context.OpenStore();
        IReadOnlyList<StoredImage> images = ImageReference.TryParse(source, out ImageReference? known) ? store.Images.FindAll(known) : [];
        store.Images.Tag(name, images.Count > 0 ? [.. images.Select(image => image.Id)] : [ImageLookup.Require(store, source).Id]);
        return ExitCode.Success;
    }
}

/// <summary>The operands of <c>tag</c>.</summary>
internal sealed class TagGrammar : CommandGrammar
{
    private readonly Argument<string[]> _names = Flags.Operands("SOURCE TARGET", "An image, and the name to give it", 2, 2);

    /// <inheritdoc/>
    public override void Declare(Command command) => command.Add(_names);

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        string[] names = parsed.GetValue(_names)!;
        ImageReference target = ImageNames.ParseTag(names[1]);
        return new BoundCommand((context, _) => Task.FromResult(new TagCommand(context).Run(names[0], target)));
    }
}
