using System.CommandLine;
using System.Text.Json.Nodes;
using Builder.Cli.CommandLine;
using Builder.Cli.Formatting.Templates;
using Builder.Cli.Hosting;
using Builder.Oci;

namespace Builder.Cli.Machine;

/// <summary>Shows what the machine can do, and the one setting that would fix what it can't.</summary>
internal sealed class InfoCommand(CommandContext context)
{
    /// <summary>Runs it.</summary>
    /// <param name="format"><c>json</c>, a template, or null for text.</param>
    public ExitCode Run(string? format)
    {
        MachineReport report = context.Sessions.Probe();
        KeyValuePair<string, string>[] facts =
        [
            new("Version", VersionCommand.Version),
            new("Platform", Platform.Current.ToString()),
            new("Store", StoreLocation.Resolve(context.RootOption, context.Environment)),
            new("Isolation", report.Tier),
            .. report.Facts,
        ];
        if (format is null) WriteText(facts, report);
        else WriteFormatted(format, facts, report);
        return ExitCode.Success;
    }

    private void WriteText(KeyValuePair<string, string>[] facts, MachineReport report)
    {
        TextWriter writer = context.Terminal.Out;
        foreach ((string name, string value) in facts) writer.Write($"{name}: {value}\n");
        writer.Write(report.Problem is null ? "Builds and containers: work\n" : $"Builds and containers: do not work: {report.Problem}\n");
        if (report.Remedy is not null) writer.Write($"To fix it: {report.Remedy}\n");
    }

    private void WriteFormatted(string format, KeyValuePair<string, string>[] facts, MachineReport report)
    {
        var values = new JsonObject();
        foreach ((string name, string value) in facts) values[name.Replace(" ", "", StringComparison.Ordinal)] = value;
        values["Works"] = report.Problem is null;
        values["Problem"] = report.Problem;
        values["Remedy"] = report.Remedy;
        context.Terminal.Out.Write((format == "json" ? TemplateValues.Json(values) : GoTemplate.Parse(format).Apply(values)) + "\n");
    }
}

/// <summary>The flags of <c>info</c>.</summary>
internal sealed class InfoGrammar : CommandGrammar
{
    private readonly Option<string?> _format = Flags.Text("--format", "Print with a template, or as json", "-f");

    /// <inheritdoc/>
    public override void Declare(Command command) => command.Add(_format);

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        string? format = parsed.GetValue(_format);
        return new BoundCommand((context, _) => Task.FromResult(new InfoCommand(context).Run(format)));
    }
}
