using Builder.Graph.Lowering;
using Builder.Oci.Collections;
using Builder.Oci.Images;
using Builder.Parser;
using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Cli.Images;

/// <summary>Applies <c>--change</c> instructions: they mean what they mean in a Dockerfile, so the Dockerfile's own lowering reads them.</summary>
internal static class ConfigChanges
{
    private const string Base = "FROM scratch\n";

    /// <summary>The config after the changes.</summary>
    /// <exception cref="CommandException">An instruction is wrong, or does more than change the config.</exception>
    public static ContainerConfig Apply(EquatableArray<string> changes)
    {
        if (changes.Count == 0) return new ContainerConfig();
        ParseResult parsed = DockerfileParser.Parse(new SourceText(Base + string.Join('\n', changes) + "\n", "--change"));
        Check(parsed, parsed.Diagnostics);
        if (parsed.Dockerfile.Instructions.Skip(1).FirstOrDefault(i => !IsConfigOnly(i)) is { } other)
            throw new CommandException($"--change can't do this: {parsed.Source.TextOf(other.Span)}");
        ContainerConfig result = Lower(parsed);
        // The search path and the directory that a build from scratch begins with are no change.
        string[] preset = [.. Lower(DockerfileParser.Parse(new SourceText(Base, "--change"))).Env ?? []];
        string[] environment = [.. (result.Env ?? []).Where(v => !preset.Contains(v, StringComparer.Ordinal))];
        if (!parsed.Dockerfile.Instructions.Any(i => i is WorkdirInstruction)) result = result with { WorkingDir = null };
        return result with { ArgsEscaped = false, Env = environment.Length == 0 ? null : (EquatableArray<string>)[.. environment] };
    }

    private static bool IsConfigOnly(Instruction instruction) => instruction is CmdInstruction or EntrypointInstruction or EnvInstruction or ExposeInstruction
        or HealthcheckInstruction or LabelInstruction or OnbuildInstruction or StopSignalInstruction or UserInstruction or VolumeInstruction or WorkdirInstruction
        or ShellInstruction or MaintainerInstruction;

    private static ContainerConfig Lower(ParseResult parsed)
    {
        LoweringResult lowered = DockerfileLowering.Lower(new LoweringRequest { Parsed = parsed });
        Check(parsed, lowered.Diagnostics);
        return lowered.Build?.Image.Config ?? throw new InvalidOperationException("changes without errors give a config");
    }

    private static void Check(ParseResult parsed, IEnumerable<Diagnostic> diagnostics)
    {
        if (diagnostics.FirstOrDefault(d => d.Severity == Severity.Error) is not { } error) return;
        string line = parsed.Source.LineText(parsed.Source.PositionOf(error.Span.Start).Line);
        throw new CommandException($"invalid --change \"{line}\": {error.Message}", hint: error.Hint);
    }
}
