using Builder.Cache;
using Builder.Cache.Images;
using Builder.Cli.Hosting;
using Builder.Cli.Images;
using Builder.Executor;
using Builder.Graph.Lowering;
using Builder.Graph.Operations;
using Builder.Graph.Sources;
using Builder.Oci;

namespace Builder.Cli.Builds;

/// <summary>Finds out what values of <c>--build-context</c> stand for.</summary>
internal sealed class NamedContextLoader(HostEnvironment environment, BuilderStore store, Platform platform)
{
    private const string ImageScheme = "docker-image://";
    private const string LayoutScheme = "oci-layout://";
    private const string TargetScheme = "target:";
    private const string Scratch = "scratch";
    private const string ContextFile = "context";

    /// <summary>Reads all; the last of a name counts. Remote ones are fetched when something needs them.</summary>
    /// <exception cref="CommandException">One makes no sense or isn't there.</exception>
    public async Task<NamedContextSet> LoadAsync(IEnumerable<NamedContextText> values, CancellationToken cancellationToken)
    {
        NamedContextSet set = NamedContextSet.Empty;
        foreach ((string name, NamedContextText value) in values.GroupBy(v => v.Name).Select(g => (g.Key, g.Last())))
            set = value.Value.StartsWith(LayoutScheme, StringComparison.Ordinal) ? await AddLayoutAsync(set, value, cancellationToken) : Add(set, name, value.Value);
        return set;
    }

    private NamedContextSet Add(NamedContextSet set, string name, string value)
    {
        if (value.StartsWith(TargetScheme, StringComparison.Ordinal))
            throw CommandException.Usage($"--build-context {name}={value}: targets are for files with several builds, which this is not");
        try
        {
            if (value.StartsWith(ImageScheme, StringComparison.Ordinal))
            {
                string image = value[ImageScheme.Length..];
                return set with { Contexts = set.Contexts.SetItem(name, new ImageContext(image == Scratch ? null : ImageReference.Parse(image))) };
            }

            if (GitLocation.IsGit(value)) return Tree(set, name, GitLocation.Parse(value).ToOperation(keepGitDirectory: false));
            if (HttpLocation.IsHttp(value)) return Tree(set, name, HttpLocation.ToOperation(value, ContextFile));
        }
        catch (FormatException e)
        {
            throw new CommandException($"invalid --build-context {name}: {e.Message}", ExitCode.Refused, inner: e);
        }

        string directory = environment.FullPath(value);
        if (!Directory.Exists(directory))
            throw new CommandException($"--build-context {name}: no such directory: {value}", hint: "known are directories, git and http URLs, docker-image:// and oci-layout://");
        set = set with { Directories = set.Directories.SetItem(name, new LocalContext(directory, DockerfileLoader.ContextIgnoreFile(directory))) };
        return Tree(set, name, new ContextOperation(name));
    }

    private static NamedContextSet Tree(NamedContextSet set, string name, Operation operation) =>
        set with { Contexts = set.Contexts.SetItem(name, new TreeContext(operation)) };

    private async Task<NamedContextSet> AddLayoutAsync(NamedContextSet set, NamedContextText value, CancellationToken cancellationToken)
    {
        (string path, string? tag, Digest? digest) = OciLayoutDirectory.ParseReference(value.Value[LayoutScheme.Length..]);
        try
        {
            var layout = new OciLayoutDirectory(environment.FullPath(path), path, store);
            (StoredImage image, Digest manifest) = await layout.LoadAsync(tag, digest, platform, cancellationToken);
            ImageReference named = ImageReference.Parse(value.Name.Split("::")[0]);
            ImageReference reference = ImageReference.Parse($"{named.Repository}@{manifest}");
            return set with
            {
                Contexts = set.Contexts.SetItem(value.Name, new ImageContext(reference)),
                Images = set.Images.SetItem(new ImageRequest(reference, platform, 0).Key, new ResolvedImage(image.Id, image.Config)),
            };
        }
        catch (Exception e) when (e is OciFormatException or FormatException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"--build-context {value.Name}: {e.Message}", inner: e);
        }
    }
}
