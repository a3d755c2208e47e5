using Builder.Cache;
using Builder.Cli.Hosting;
using Builder.Cli.Transfers;
using Builder.Executor;
using Builder.Executor.Events;
using Builder.Executor.Exports;
using Builder.Oci;
using Builder.Oci.Archives;
using Builder.Oci.Collections;
using Builder.Oci.Images;

namespace Builder.Cli.Builds;

/// <summary>Brings the result of a build where the command line says.</summary>
internal sealed class ResultExporter(BuilderStore store, CommandContext context, Action<BuildEvent> events, DateTimeOffset? epoch)
{
    private readonly BuildExporter _exporter = new(store, events, context.Time, epoch);

    /// <summary>Writes all outputs, one after the other.</summary>
    public async Task<ExportedImage> ExportAsync(IReadOnlyList<PlatformResult> results, BuildArguments arguments, CancellationToken cancellationToken)
    {
        // A name means this machine's image where no platform is asked for.
        IReadOnlyList<BuildResult> stored = [.. results.OrderBy(each => each.Platform != Platform.Current).Select(each => each.Result)];
        ReadOnlyMemory<byte> bytes = stored[0].ConfigBytes;
        var config = new Descriptor { MediaType = MediaTypes.OciConfig, Digest = Digest.Sha256(bytes.Span), Size = bytes.Length };
        var exported = new ExportedImage(config, null, []);
        IEnumerable<OutputSpec> outputs = arguments.Outputs.Count > 0 ? arguments.Outputs : [new StoreOutput([])];
        foreach (OutputSpec output in outputs)
        {
            switch (output)
            {
                case StoreOutput image:
                    exported = exported.Named(Names(arguments, image.Names));
                    _exporter.ExportImages(stored, Names(arguments, image.Names));
                    break;
                case RegistryOutput registry:
                    if (registry.IsStored) _exporter.ExportImages(stored, Names(arguments, registry.Names));
                    Descriptor manifest = await PushAsync(results, registry, arguments, cancellationToken);
                    exported = exported.Named(Names(arguments, registry.Names)) with { Manifest = manifest };
                    break;
                case ArchiveOutput archive:
                    await ExportArchiveAsync(results, archive, arguments, cancellationToken);
                    exported = exported.Named(Names(arguments, archive.Names));
                    break;
                case TarOutput tar:
                    await _exporter.ExportTarAsync(Parts(results, tar.SplitsPlatforms, tar.AttestationPrefix), Destination(tar.Destination), cancellationToken);
                    break;
                case DirectoryOutput directory:
                    foreach (TreePart part in Parts(results, directory.SplitsPlatforms, directory.AttestationPrefix))
                        await _exporter.ExportDirectoryAsync(part, context.Environment.FullPath(directory.Directory), cancellationToken);
                    break;
                default:
                    break;
            }
        }

        return exported;
    }

    private static IReadOnlyList<TreePart> Parts(IReadOnlyList<PlatformResult> results, bool? split, string attestationPrefix)
    {
        if (split == false && results.Count > 1)
            throw CommandException.Usage("platform-split=false puts the files of several platforms into one directory, where they would replace each other", "build for one platform");
        return [.. results.Select(each => new TreePart(each.Result, split ?? results.Count > 1 ? each.DirectoryName : "", attestationPrefix))];
    }

    private Task ExportArchiveAsync(IReadOnlyList<PlatformResult> results, ArchiveOutput archive, BuildArguments arguments, CancellationToken cancellationToken)
    {
        ArchiveForm form = archive.Form ?? ArchiveForm.AsStored;
        form = form with { Annotations = form.Annotations.With(arguments.Annotations) };
        IReadOnlyList<ImageReference> names = Names(arguments, archive.Names);
        ExportDestination destination = archive.IsDirectory ? new LayoutDestination(context.Environment.FullPath(archive.Destination)) : Destination(archive.Destination);
        if (arguments.MakesIndex) return _exporter.ExportIndexAsync(results, names, destination, form, cancellationToken);
        ImageArchiveFormat format = archive.Format == ArchiveFormat.Docker ? ImageArchiveFormat.Docker : ImageArchiveFormat.Oci;
        return _exporter.ExportArchiveAsync(results[0].Result, format, names, destination, cancellationToken, form);
    }

    private async Task<Descriptor> PushAsync(IReadOnlyList<PlatformResult> results, RegistryOutput output, BuildArguments arguments, CancellationToken cancellationToken)
    {
        const string Task = "pushing layers";
        var reporter = new EventReporting(events, context.Time);
        var pusher = new ImagePusher(store, context.Registry, reporter);
        PushOptions form = output.Form with { Annotations = output.Form.Annotations.With(arguments.Annotations), MakesIndex = arguments.MakesIndex };
        EquatableArray<PushedPlatform> images = [.. results.Select(each => new PushedPlatform(each.Platform, each.Result.ConfigBytes, each.Result.Layers) { Attestations = each.Result.Attestations })];
        Descriptor? manifest = null;
        foreach (IGrouping<string, ImageReference> repository in Names(arguments, output.Names).GroupBy(name => name.Repository, StringComparer.Ordinal))
        {
            ImageReference[] names = output.ByDigest ? [repository.First().WithoutTag()] : [.. repository];
            reporter.Task(Task, done: false);
            manifest = await pusher.PushAsync(images, names, form, cancellationToken);
            reporter.Task(Task, done: true);
            Digest[] ids = [.. results.OrderBy(each => each.Platform != Platform.Current).Select(each => Digest.Sha256(each.Result.ConfigBytes.Span))];
            if (ids.All(id => store.Images.Find(id) is not null)) store.Images.Tag(names[0].WithDigest(manifest.Digest), ids);
        }

        return manifest ?? throw new InvalidOperationException("an output without a name was not refused");
    }

    private static IReadOnlyList<ImageReference> Names(BuildArguments arguments, IEnumerable<ImageReference> further) =>
        [.. arguments.Tags.Concat(further).Distinct()];

    private ExportDestination Destination(string typed) =>
        typed == "-" ? new StreamDestination(context.Terminal.Output) : new FileDestination(context.Environment.FullPath(typed));
}
