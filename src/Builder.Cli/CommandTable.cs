using Builder.Cli.Builds;
using Builder.Cli.Caching;
using Builder.Cli.CommandLine;
using Builder.Cli.Comparing;
using Builder.Cli.Containers;
using Builder.Cli.Images;
using Builder.Cli.Machine;
using Builder.Cli.Manifests;
using Builder.Cli.Pruning;
using Builder.Cli.Registries;
using Builder.Cli.Searching;
using Builder.Cli.Storage;
using Builder.Cli.Terminals;

namespace Builder.Cli;

/// <summary>All commands.</summary>
internal static class CommandTable
{
    /// <summary>The commands, in the order help shows them.</summary>
    public static IReadOnlyList<CommandEntry> Create(Terminal terminal) =>
    [
        new(["build", "buildx build", "image build", "builder build"], "Build an image from a Dockerfile", NeedsSession: true, () => new BuildGrammar(terminal)),
        new(["run", "container run"], "Run a command in a new container", NeedsSession: true, static () => new RunGrammar()) { FailureCode = ExitCode.Refused },
        new(["rm", "container rm", "container remove"], "Remove containers", NeedsSession: true, static () => new RmGrammar()),
        new(["images", "image ls", "image list"], "List images", NeedsSession: false, static () => new ImagesGrammar()),
        new(["inspect", "image inspect"], "Show all that is known of images", NeedsSession: false, static () => new InspectGrammar()),
        new(["history", "image history"], "Show how an image came about", NeedsSession: false, static () => new HistoryGrammar()),
        new(["pull", "image pull"], "Bring an image from a registry", NeedsSession: false, static () => new PullGrammar()),
        new(["push", "image push"], "Send an image to a registry", NeedsSession: false, static () => new PushGrammar()),
        new(["search"], "Look for images in a registry", NeedsSession: false, static () => new SearchGrammar()),
        new(["manifest create"], "Put images of registries together to one index", NeedsSession: false, static () => new ManifestCreateGrammar()),
        new(["manifest annotate"], "Say what the platform of an image of an index is", NeedsSession: false, static () => new ManifestAnnotateGrammar()),
        new(["manifest inspect"], "Show a manifest or index", NeedsSession: false, static () => new ManifestInspectGrammar()),
        new(["manifest push"], "Send an index to its registry", NeedsSession: false, static () => new ManifestPushGrammar()),
        new(["manifest rm"], "Forget indexes that were not pushed", NeedsSession: false, static () => new ManifestRmGrammar()),
        new(["login"], "Keep the login for a registry", NeedsSession: false, static () => new LoginGrammar()),
        new(["logout"], "Forget the login for a registry", NeedsSession: false, static () => new LogoutGrammar()),
        new(["tag", "image tag"], "Give an image another name", NeedsSession: false, static () => new TagGrammar()),
        new(["rmi", "image rm", "image remove"], "Remove images", NeedsSession: true, static () => new RmiGrammar()),
        new(["save", "image save"], "Write images into an archive", NeedsSession: true, static () => new SaveGrammar()),
        new(["load", "image load"], "Take the images of an archive into the store", NeedsSession: true, static () => new LoadGrammar()),
        new(["import", "image import"], "Make an image from a tar of files", NeedsSession: true, static () => new ImportGrammar()),
        new(["export", "container export"], "Write the files of a container as a tar archive", NeedsSession: true, static () => new ExportGrammar()),
        new(["diff", "container diff"], "Show what differs between two images, or a container and its image", NeedsSession: true, static () => new DiffGrammar()) { FailureCode = new ExitCode(2) },
        new(["cache why"], "Tell what differed when a step of the last build was executed", NeedsSession: false, static () => new CacheWhyGrammar()),
        new(["cache du", "buildx du", "builder du"], "Show what room the cache takes", NeedsSession: true, static () => new CacheListGrammar(isLong: false)),
        new(["cache ls", "cache list"], "List what the cache holds", NeedsSession: true, static () => new CacheListGrammar(isLong: true)),
        new(["cache prune", "builder prune", "buildx prune"], "Remove from the cache", NeedsSession: true, static () => new CachePruneGrammar()),
        new(["image prune"], "Remove images that are not used", NeedsSession: true, static () => new ImagePruneGrammar()),
        new(["container prune"], "Remove containers that don't run", NeedsSession: true, static () => new ContainerPruneGrammar()),
        new(["store check", "system check"], "Verify everything in the store", NeedsSession: true, static () => new StoreCheckGrammar()),
        new(["system df"], "Show what takes how much room", NeedsSession: true, static () => new SystemDfGrammar()),
        new(["system prune"], "Remove everything that is not used", NeedsSession: true, static () => new SystemPruneGrammar()),
        new(["info", "system info"], "Show what this machine can do", NeedsSession: false, static () => new InfoGrammar()),
        new(["version"], "Show the version", NeedsSession: false, static () => new VersionGrammar()),
        new(["unshare"], "Run a command in the user namespace of images", NeedsSession: true, static () => new UnshareGrammar()) { Hidden = true },
    ];
}
