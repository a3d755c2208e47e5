using System.CommandLine;
using Builder.Cache;
using Builder.Cli.CommandLine;
using Builder.Cli.Exporting;
using Builder.Cli.Hosting;
using Builder.Executor.Exports;
using Builder.Runtime.Containers;

namespace Builder.Cli.Containers;

/// <summary>Writes the files of a container as a tar archive.</summary>
internal sealed class ExportCommand(CommandContext context)
{
    /// <summary>Runs it.</summary>
    /// <param name="name">Name or id of the container.</param>
    /// <param name="output">A path, or null for standard output.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<ExitCode> RunAsync(string name, string? output, CancellationToken cancellationToken)
    {
        if (output is null && context.Terminal.OutputIsTerminal)
            throw new CommandException("cowardly refusing to save to a terminal", hint: "use the -o flag or redirect the output");
        using BuilderStore store = context.OpenStore();
        var containers = new ContainerStore(store.Root, TreeRemoval.Remove);
        ContainerRecord container = containers.Find(name) ?? throw new ContainerException($"No such container: {name}");
        using ContainerTree trees = await ContainerTree.OpenAsync(store, containers, container, cancellationToken);
        await OutputFile.WriteAsync(output ?? "-", context, stream => TreeTarWriter.WriteAsync(trees.Current, null, stream, cancellationToken));
        return ExitCode.Success;
    }
}

/// <summary>The flags of <c>export</c>.</summary>
internal sealed class ExportGrammar : CommandGrammar
{
    private readonly Argument<string[]> _name = Flags.Operands("CONTAINER", "Name or id of a container", 1, 1);
    private readonly Option<string?> _output = Flags.Text("--output", "Write to a file instead of standard output", "-o");

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        command.Add(_name);
        command.Add(_output);
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        string name = parsed.GetValue(_name)![0];
        string? output = parsed.GetValue(_output);
        return new BoundCommand((context, cancellationToken) => new ExportCommand(context).RunAsync(name, output, cancellationToken));
    }
}
