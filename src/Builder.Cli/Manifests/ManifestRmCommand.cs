using System.CommandLine;
using Builder.Cache;
using Builder.Cli.Builds;
using Builder.Cli.CommandLine;
using Builder.Cli.Hosting;
using Builder.Oci;
using Builder.Oci.Collections;

namespace Builder.Cli.Manifests;

/// <summary>Forgets indexes that were made but need not be pushed any more.</summary>
internal sealed class ManifestRmCommand(CommandContext context)
{
    /// <summary>Runs it: forgets those it finds, tells about the rest.</summary>
    public ExitCode Run(EquatableArray<ImageReference> names)
    {
        using BuilderStore store = context.OpenStore();
        var code = ExitCode.Success;
        foreach (ImageReference name in names)
        {
            if (store.Indexes.Remove(name)) continue;
            context.Terminal.Error.WriteLine($"builder: {ManifestAnnotateCommand.Missing(name).Message}");
            code = ExitCode.Failure;
        }

        return code;
    }
}

/// <summary>The operands of <c>manifest rm</c>.</summary>
internal sealed class ManifestRmGrammar : CommandGrammar
{
    private readonly Argument<string[]> _names = Flags.Operands("INDEX", "Indexes", 1);

    /// <inheritdoc/>
    public override void Declare(Command command) => command.Add(_names);

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        EquatableArray<ImageReference> names = [.. parsed.GetValue(_names)!.Select(ImageNames.ParseTag)];
        return new BoundCommand((context, _) => Task.FromResult(new ManifestRmCommand(context).Run(names)));
    }
}
