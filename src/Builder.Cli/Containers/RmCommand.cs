using System.CommandLine;
using Builder.Cli.CommandLine;
using Builder.Cli.Hosting;
using Builder.Oci.Collections;
using Builder.Runtime.Containers;

namespace Builder.Cli.Containers;

/// <summary>Removes containers that don't run.</summary>
internal sealed class RmCommand(CommandContext context)
{
    /// <summary>Runs it: removes what it can, tells about the rest.</summary>
    /// <param name="names">Names, ids or id prefixes.</param>
    /// <param name="force">A missing container is no failure.</param>
    public ExitCode Run(EquatableArray<string> names, bool force)
    {
        using Cache.BuilderStore store = context.OpenStore();
        var containers = new ContainerStore(store.Root, TreeRemoval.Remove);
        var code = ExitCode.Success;
        foreach (string name in names)
        {
            try
            {
                if (containers.Find(name) is { } record) containers.Remove(record);
                else if (!force) throw new ContainerException($"No such container: {name}");
                context.Terminal.Out.Write(name + "\n");
            }
            catch (ContainerException e)
            {
                context.Terminal.Error.WriteLine($"builder: {e.Message}");
                code = ExitCode.Failure;
            }
        }

        return code;
    }
}

/// <summary>The flags of <c>rm</c>.</summary>
internal sealed class RmGrammar : CommandGrammar
{
    private readonly Argument<string[]> _names = Flags.Operands("CONTAINER", "Names or ids of containers", 1);
    private readonly Option<bool> _force = Flags.Switch("--force", "A missing container is no failure", "-f");
    private readonly Option<bool> _volumes = Flags.Switch("--volumes", "Remove anonymous volumes too", "-v");

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        command.Add(_names);
        command.Add(_force);
        command.Add(_volumes);
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        EquatableArray<string> names = [.. parsed.GetValue(_names)!];
        bool force = parsed.GetValue(_force);
        return new BoundCommand((context, _) => Task.FromResult(new RmCommand(context).Run(names, force)));
    }
}
