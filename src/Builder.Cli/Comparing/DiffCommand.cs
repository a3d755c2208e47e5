using System.CommandLine;
using System.Text.Json.Nodes;
using Builder.Cache;
using Builder.Cache.Images;
using Builder.Cache.Layers;
using Builder.Cli.CommandLine;
using Builder.Cli.Containers;
using Builder.Cli.Formatting.Templates;
using Builder.Cli.Hosting;
using Builder.Cli.Images;
using Builder.Linux.Files;
using Builder.Runtime.Containers;

namespace Builder.Cli.Comparing;

/// <summary>Shows what differs: between two images by what they mean, not by how they came about; of a container, between it and its image.</summary>
internal sealed class DiffCommand(CommandContext context)
{
    /// <summary>What it ends with when there are differences.</summary>
    public static readonly ExitCode Different = new(1);

    /// <summary>Runs it for images.</summary>
    /// <returns>1 when they differ.</returns>
    public async Task<ExitCode> CompareImagesAsync(string before, string after, bool asJson, CancellationToken cancellationToken)
    {
        using BuilderStore store = context.OpenStore();
        StoredImage left = ImageLookup.Require(store, before);
        StoredImage right = ImageLookup.Require(store, after);
        IReadOnlyList<ConfigDifference> config = ConfigComparison.Compare(left, right);
        using MergedTree? leftTree = await OpenAsync(store, left, cancellationToken);
        using MergedTree? rightTree = await OpenAsync(store, right, cancellationToken);
        IEnumerable<TreeDifference> files = left.Config.RootFs.DiffIds.SequenceEqual(right.Config.RootFs.DiffIds) ? [] : TreeComparison.Compare(leftTree, rightTree, cancellationToken);
        return asJson ? WriteJson(config, files) : WriteText(config, files);
    }

    /// <summary>Runs it for a container.</summary>
    public async Task<ExitCode> ShowContainerAsync(string name, CancellationToken cancellationToken)
    {
        using BuilderStore store = context.OpenStore();
        var containers = new ContainerStore(store.Root, TreeRemoval.Remove);
        ContainerRecord container = containers.Find(name) ?? throw new CommandException($"No such container: {name}", ExitCode.Failure); // 2 is for comparisons
        using ContainerTree trees = await ContainerTree.OpenAsync(store, containers, container, cancellationToken);
        var shown = new HashSet<string>(StringComparer.Ordinal);
        foreach (TreeDifference difference in TreeComparison.Compare(trees.Image, trees.Current, cancellationToken))
        {
            // docker shows the directories that something has changed in.
            foreach (string directory in Ancestors(difference.Path).Where(shown.Add)) context.Terminal.Out.Write($"C {directory}\n");
            string path = Shown(difference.Path);
            if (shown.Add(path)) context.Terminal.Out.Write($"{difference.Kind} {path}\n");
        }

        return ExitCode.Success;
    }

    private static async Task<MergedTree?> OpenAsync(BuilderStore store, StoredImage image, CancellationToken cancellationToken) =>
        await store.Layers.UnpackAsync(image.Layers, cancellationToken) is { } snapshot ? MergedTree.Open(store.Snapshots, snapshot) : null;

    private static string Shown(byte[] path) => UnixPath.Quote([(byte)'/', .. path]);

    private static IEnumerable<string> Ancestors(byte[] path)
    {
        for (int i = 1; i < path.Length; i++)
            if (path[i] == '/') yield return Shown(path[..i]);
    }

    private ExitCode WriteText(IEnumerable<ConfigDifference> config, IEnumerable<TreeDifference> files)
    {
        ExitCode code = ExitCode.Success;
        foreach (ConfigDifference difference in config)
        {
            code = Different;
            context.Terminal.Out.Write($"config {difference.Name}: {difference.Before ?? "unset"} -> {difference.After ?? "unset"}\n");
        }

        foreach (TreeDifference difference in files)
        {
            code = Different;
            string what = difference.What.Count > 0 ? $"  ({string.Join(", ", difference.What)})" : "";
            context.Terminal.Out.Write($"{difference.Kind} {Shown(difference.Path)}{what}\n");
        }

        return code;
    }

    // A line for each difference, since there may be many.
    private ExitCode WriteJson(IEnumerable<ConfigDifference> config, IEnumerable<TreeDifference> files)
    {
        ExitCode code = ExitCode.Success;
        foreach (ConfigDifference difference in config)
        {
            code = Different;
            Write(new JsonObject { ["Config"] = difference.Name, ["Before"] = Parsed(difference.Before), ["After"] = Parsed(difference.After) });
        }

        foreach (TreeDifference difference in files)
        {
            code = Different;
            Write(new JsonObject { ["Kind"] = difference.Kind.ToString(), ["Path"] = Shown(difference.Path), ["What"] = new JsonArray([.. difference.What.Select(w => (JsonNode?)JsonValue.Create(w))]) });
        }

        return code;
    }

    private static JsonNode? Parsed(string? json) => json is null ? null : JsonNode.Parse(json);

    private void Write(JsonObject line) => context.Terminal.Out.Write(TemplateValues.Json(line) + "\n");
}

/// <summary>The operands of <c>diff</c>.</summary>
internal sealed class DiffGrammar : CommandGrammar
{
    private readonly Argument<string[]> _operands = Flags.Operands("IMAGE IMAGE | CONTAINER", "Two images, or a container to be compared with its image", 1, 2);
    private readonly Option<string?> _format = Flags.Text("--format", "json: a line for each difference");

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        command.Add(_operands);
        command.Add(_format);
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        string[] operands = parsed.GetValue(_operands)!;
        string? format = parsed.GetValue(_format);
        if (format is not (null or "json")) throw CommandException.Usage($"invalid --format \"{format}\": expected json");
        return operands.Length == 1
            ? new BoundCommand((context, cancellationToken) => new DiffCommand(context).ShowContainerAsync(operands[0], cancellationToken))
            : new BoundCommand((context, cancellationToken) => new DiffCommand(context).CompareImagesAsync(operands[0], operands[1], format is "json", cancellationToken));
    }
}
