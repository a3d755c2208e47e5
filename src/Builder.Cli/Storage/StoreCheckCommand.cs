using System.CommandLine;
using System.Text.Json.Nodes;
using Builder.Cache;
using Builder.Cache.Checking;
using Builder.Cli.CommandLine;
using Builder.Cli.Formatting.Templates;
using Builder.Cli.Hosting;

namespace Builder.Cli.Storage;

/// <summary>Verifies everything in the store.</summary>
internal sealed class StoreCheckCommand(CommandContext context)
{
    /// <summary>Runs it; damage that stays is a failure.</summary>
    /// <param name="repair">Whether what is damaged is taken out.</param>
    /// <param name="format"><c>json</c>, a template, or null for text.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ExitCode Run(bool repair, string? format, CancellationToken cancellationToken)
    {
        using BuilderStore store = context.OpenStore();
        StoreReport report = StoreChecker.Check(store, repair, cancellationToken);
        if (format is null) WriteText(report);
        else context.Terminal.Out.Write((format == "json" ? TemplateValues.Json(Values(report), indented: true) : GoTemplate.Parse(format).Apply(Values(report))) + "\n");
        return report.Problems.All(p => p.IsRepaired) ? ExitCode.Success : ExitCode.Failure;
    }

    private static JsonObject Values(StoreReport report) => new()
    {
        ["Ok"] = report.Problems.All(p => p.IsRepaired),
        ["Blobs"] = report.Blobs,
        ["Snapshots"] = report.Snapshots,
        ["SnapshotsCompared"] = report.Compared,
        ["Images"] = report.Images,
        ["Records"] = report.Records,
        ["RecordsOfEvictedResults"] = report.Stale,
        ["Problems"] = new JsonArray([.. report.Problems.Select(p => new JsonObject
        {
            ["Kind"] = p.Kind,
            ["ID"] = p.Id,
            ["Problem"] = p.Problem,
            ["Repaired"] = p.IsRepaired,
        })]),
    };

    private void WriteText(StoreReport report)
    {
        TextWriter writer = context.Terminal.Out;
        foreach (StoreProblem problem in report.Problems)
            writer.Write($"{(problem.IsRepaired ? "removed" : "damaged")}: {problem.Kind} {problem.Id}: {problem.Problem}\n");
        writer.Write($"checked {report.Blobs} blobs, {report.Snapshots} snapshots ({report.Compared} compared with their layers), {report.Images} images, {report.Records} records\n");
        if (report.Stale > 0) writer.Write($"{report.Stale} of the records are of results that were evicted\n");
        bool isWhole = report.Problems.Count == 0;
        writer.Write(isWhole ? "everything is as it should be\n" : report.Problems.All(p => p.IsRepaired) ? "everything damaged was removed\n" : "run it with --repair to remove what is damaged\n");
    }
}

/// <summary>The flags of <c>store check</c>.</summary>
internal sealed class StoreCheckGrammar : CommandGrammar
{
    private readonly Option<bool> _repair = Flags.Switch("--repair", "Remove what is damaged: it is built or pulled again when it is needed");
    private readonly Option<string?> _format = Flags.Text("--format", "Print with a template, or as json");

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        command.Add(_repair);
        command.Add(_format);
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        bool repair = parsed.GetValue(_repair);
        string? format = parsed.GetValue(_format);
        return new BoundCommand((context, token) => Task.FromResult(new StoreCheckCommand(context).Run(repair, format, token)));
    }
}
