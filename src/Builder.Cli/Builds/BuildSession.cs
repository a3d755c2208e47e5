using Builder.Cache;
using Builder.Cli.Rendering;
using Builder.Executor.Events;
using Builder.Executor.Sources;
using Builder.Parser;

namespace Builder.Cli.Builds;

/// <summary>What belongs together during one build.</summary>
internal sealed record BuildSession(BuildArguments Arguments, DockerfileSource Source, ParseResult Parsed, BuilderStore Store, EventHub Hub)
{
    public NamedContextSet NamedContexts { get; init; } = NamedContextSet.Empty;

    public SourceSettings Sources { get; init; } = new();

    /// <summary>Shows that the Dockerfile was read.</summary>
    public void Announce(DateTimeOffset started, TimeProvider time)
    {
        string loading = $"[internal] load build definition from {Source.Text.FileName}";
        Hub.Publish(new TaskEvent(started, loading, Done: false));
        Hub.Publish(new TaskEvent(time.GetUtcNow(), loading, Done: true));
    }

    /// <summary>Tells what the command line says in vain.</summary>
    public void Warn(TimeProvider time)
    {
        bool isLost = Arguments.Attestations is not null && !Arguments.Outputs.Any(output => output is RegistryOutput or ArchiveOutput or DirectoryOutput or TarOutput);
        if (isLost) Hub.Publish(new BuildWarning(time.GetUtcNow(), "the store keeps no attestations: they go into registries (--push) and --output type=oci, local or tar"));
        foreach (string warning in Arguments.Warnings.Concat(StageWarnings.Of(Arguments, Parsed))) Hub.Publish(new BuildWarning(time.GetUtcNow(), warning));
    }
}
