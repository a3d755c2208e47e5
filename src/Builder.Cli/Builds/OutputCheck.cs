using Builder.Cli.Hosting;
using Builder.Oci.Images;

namespace Builder.Cli.Builds;

/// <summary>Finds out before the work whether its results can be written.</summary>
internal static class OutputCheck
{
    /// <summary>Checks all destinations.</summary>
    /// <exception cref="CommandException">One can't be written.</exception>
    public static void Check(BuildArguments arguments, HostEnvironment environment)
    {
        if (!arguments.MakesIndex) RequireNoIndex(arguments);
        if (arguments.Attestations is not null && arguments.Outputs.OfType<RegistryOutput>().Any(output => output.Form.OciMediaTypes == false))
            throw CommandException.Usage("cannot export attestations with \"oci-mediatypes=false\"");
        foreach (OutputSpec output in arguments.Outputs)
        {
            switch (output)
            {
                case ArchiveOutput { Format: ArchiveFormat.Docker } when arguments.MakesIndex:
                    throw CommandException.Usage(
                        "docker exporter does not currently support exporting manifest lists", "several platforms, and attestations, go into --output type=oci or a registry (--push)");
                case ArchiveOutput { IsDirectory: true, Destination: var directory } when File.Exists(environment.FullPath(directory)):
                    throw new CommandException($"--output destination is a file, not a directory: {directory}");
                case ArchiveOutput { IsDirectory: true }:
                    break;
                case ArchiveOutput { Destination: not "-" } archive:
                    CheckFile(archive.Destination, environment);
                    break;
                case TarOutput { Destination: not "-" } tar:
                    CheckFile(tar.Destination, environment);
                    break;
                case DirectoryOutput { Directory: var directory } when File.Exists(environment.FullPath(directory)):
                    throw new CommandException($"--output destination is a file, not a directory: {directory}");
            }
        }

        if (arguments.Squash != SquashScope.None && arguments.Caches.Inline)
            throw CommandException.Usage("--squash and --cache-to type=inline exclude each other: what is kept inline are the layers", "keep the cache elsewhere: --cache-to type=registry,ref=NAME");
        if (arguments is { RewritesTimes: true, Epoch: null } && !SourceDateEpoch.IsOfContext(arguments))
            throw CommandException.Usage("rewrite-timestamp=true needs a time", "set SOURCE_DATE_EPOCH, for example SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)");
        if (arguments.MetadataFile is { } metadataFile) CheckFile(metadataFile, environment);
        foreach (RegistryOutput registry in arguments.Outputs.OfType<RegistryOutput>())
        {
            if (arguments.Tags.Count + registry.Names.Count == 0) throw CommandException.Usage("tag is needed when pushing to registry", "name the image with -t HOST/NAME:TAG");
        }

        if (arguments.Trace is { } trace) CheckFile(trace, environment);
        if (arguments.IidFile is { } iidFile) CheckFile(iidFile, environment);
    }

    private static void RequireNoIndex(BuildArguments arguments)
    {
        AnnotationFlags.RequireNoIndex(arguments.Annotations);
        foreach (OutputSpec output in arguments.Outputs)
        {
            AnnotationFlags.RequireNoIndex(output switch
            {
                ArchiveOutput { Form: { } form } => form.Annotations,
                RegistryOutput registry => registry.Form.Annotations,
                StoreOutput { Form: { } form } => form.Annotations,
                _ => ImageAnnotations.None,
            });
        }
    }

    private static void CheckFile(string destination, HostEnvironment environment)
    {
        string path = environment.FullPath(destination);
        if (Directory.Exists(path)) throw new CommandException($"the destination is a directory: {destination}");
        if (!Directory.Exists(Path.GetDirectoryName(path))) throw new CommandException($"the directory of the destination does not exist: {destination}");
    }
}
