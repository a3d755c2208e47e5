using Builder.Cache;
using Builder.Cli.Hosting;
using Builder.Cli.Transfers;
using Builder.Executor;
using Builder.Executor.Events;
using Builder.Executor.Exports;
using Builder.Oci;
using Builder.Oci.Archives;
using Builder.Oci.Images;

namespace Builder.Cli.Builds;

/// <summary>Brings the result of a build where the command line says.</summary>
internal sealed class ResultExporter(BuilderStore store, CommandContext context, Action<BuildEvent> events, DateTimeOffset? epoch)
{
    private readonly BuildExporter _exporter = new(store, events, context.Time, epoch);

    /// <summary>Writes all outputs, one after the other.</summary>
    public async Task<ExportedImage> ExportAsync(BuildResult result, BuildArguments arguments, CancellationToken cancellationToken)
    {
        var config = new Descriptor { MediaType = MediaTypes.OciConfig, Digest = Digest.Sha256(result.ConfigBytes.Span), Size = result.ConfigBytes.Length };
        var exported = new ExportedImage(config, null, []);
        IEnumerable<OutputSpec> outputs = arguments.Outputs.Count > 0 ? arguments.Outputs : [new StoreOutput([])];
        foreach (OutputSpec output in outputs)
        {
            switch (output)
            {
                case StoreOutput image:
                    exported = exported.Named(Names(arguments, image.Names));
                    _exporter.ExportImage(result, Names(arguments, image.Names));
                    break;
                case RegistryOutput registry:
                    if (registry.IsStored) _exporter.ExportImage(result, Names(arguments, registry.Names));
                    Descriptor manifest = await PushAsync(result, registry, arguments, cancellationToken);
                    exported = exported.Named(Names(arguments, registry.Names)) with { Manifest = manifest };
                    break;
                case ArchiveOutput archive:
                    await ExportArchiveAsync(result, archive, arguments, cancellationToken);
                    exported = exported.Named(Names(arguments, archive.Names));
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

        return exported;
    }

    private Task ExportArchiveAsync(BuildResult result, ArchiveOutput archive, BuildArguments arguments, CancellationToken cancellationToken)
    {
        ImageArchiveFormat format = archive.Format == ArchiveFormat.Docker ? ImageArchiveFormat.Docker : ImageArchiveFormat.Oci;
        ArchiveForm form = archive.Form ?? ArchiveForm.AsStored;
        return _exporter.ExportArchiveAsync(
            result, format, Names(arguments, archive.Names), Destination(archive.Destination), cancellationToken,
            form with { Annotations = form.Annotations.SetItems(arguments.Annotations) });
    }

    private async Task<Descriptor> PushAsync(BuildResult result, RegistryOutput output, BuildArguments arguments, CancellationToken cancellationToken)
    {
        const string Task = "pushing layers";
        var reporter = new EventReporting(events, context.Time);
        var pusher = new ImagePusher(store, context.Registry, reporter);
        PushOptions form = output.Form with { Annotations = output.Form.Annotations.SetItems(arguments.Annotations) };
        Descriptor? manifest = null;
        foreach (IGrouping<string, ImageReference> repository in Names(arguments, output.Names).GroupBy(name => name.Repository, StringComparer.Ordinal))
        {
            ImageReference[] names = output.ByDigest ? [repository.First().WithoutTag()] : [.. repository];
            reporter.Task(Task, done: false);
            manifest = await pusher.PushAsync(result.ConfigBytes, result.Layers, names, form, cancellationToken);
            reporter.Task(Task, done: true);
            var id = Digest.Sha256(result.ConfigBytes.Span);
            if (store.Images.Find(id) is not null) store.Images.Tag(names[0].WithDigest(manifest.Digest), id);
        }

        return manifest ?? throw new InvalidOperationException("an output without a name was not refused");
    }

    private static IReadOnlyList<ImageReference> Names(BuildArguments arguments, IEnumerable<ImageReference> further) =>
        [.. arguments.Tags.Concat(further).Distinct()];

    private ExportDestination Destination(string typed) =>
        typed == "-" ? new StreamDestination(context.Terminal.Output) : new FileDestination(context.Environment.FullPath(typed));
}
