using Builder.Cache;
using Builder.Cli.Hosting;
using Builder.Executor;
using Builder.Executor.Events;
using Builder.Executor.Exports;
using Builder.Oci;
using Builder.Oci.Archives;

namespace Builder.Cli.Builds;

/// <summary>Brings the result of a build where the command line says.</summary>
internal sealed class ResultExporter(BuilderStore store, CommandContext context, Action<BuildEvent> events)
{
    private readonly BuildExporter _exporter = new(store, events, context.Time);

    /// <summary>Writes all outputs, one after the other.</summary>
    public async Task ExportAsync(BuildResult result, BuildArguments arguments, CancellationToken cancellationToken)
    {
        IEnumerable<OutputSpec> outputs = arguments.Outputs.Count > 0 ? arguments.Outputs : [new StoreOutput([])];
        foreach (OutputSpec output in outputs)
        {
            switch (output)
            {
                case StoreOutput image:
                    _exporter.ExportImage(result, Names(arguments, image.Names));
                    break;
                case ArchiveOutput archive:
                    ImageArchiveFormat format = archive.Format == ArchiveFormat.Docker ? ImageArchiveFormat.Docker : ImageArchiveFormat.Oci;
                    await _exporter.ExportArchiveAsync(result, format, Names(arguments, archive.Names), Destination(archive.Destination), cancellationToken);
                    break;
                case TarOutput tar:
                    await _exporter.ExportTarAsync(result, Destination(tar.Destination), cancellationToken);
                    break;
                case DirectoryOutput directory:
                    await _exporter.ExportDirectoryAsync(result, context.Environment.FullPath(directory.Directory), cancellationToken);
                    break;
                default:
                    break;
            }
        }
    }

    private static IReadOnlyList<ImageReference> Names(BuildArguments arguments, IEnumerable<ImageReference> further) =>
        [.. arguments.Tags.Concat(further).Distinct()];

    private ExportDestination Destination(string typed) =>
        typed == "-" ? new StreamDestination(context.Terminal.Output) : new FileDestination(context.Environment.FullPath(typed));
}
