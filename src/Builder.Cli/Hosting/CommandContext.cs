using System.Collections.Concurrent;
using Builder.Cache;
using Builder.Cache.Snapshots;
using Builder.Cli.Terminals;
using Builder.Oci.Images;

namespace Builder.Cli.Hosting;

/// <summary>What commands work with.</summary>
/// <param name="Terminal">The standard streams.</param>
/// <param name="Environment">Variables and the current directory.</param>
/// <param name="Time">The clock.</param>
/// <param name="Sessions">The way into the user namespace.</param>
/// <param name="Registry">Where images come from that the store doesn't have, and go to; made when it is first needed.</param>
internal sealed record CommandContext(
    Terminal Terminal, HostEnvironment Environment, TimeProvider Time, ISessionHost Sessions, Lazy<IImageRegistry> Registry)
{
    /// <summary>The value of <c>--root</c>, or null.</summary>
    public string? RootOption { get; init; }

    /// <summary>Nobody is to be asked: no registry, no server of sources.</summary>
    public bool IsOffline { get; init; }

    /// <summary>Signals that end the command; null before one runs.</summary>
    public IInterrupts? Interrupts { get; init; }

    /// <summary>What the user is told when the command has ended.</summary>
    public ConcurrentQueue<string> Notices { get; } = new();

    /// <summary>Opens the store; the caller disposes it.</summary>
    public BuilderStore OpenStore()
    {
        string root = StoreLocation.Resolve(RootOption, Environment);
        StoreSettings settings = StoreSettingsReader.Read(Environment, root, Notices.Enqueue);
        if (Sessions.IsInside) settings = settings with { ProbeSnapshots = KindFor };
        return BuilderStore.Open(root, Time, kind: null, settings);
    }

    private SnapshotKind KindFor(string directory)
    {
        if (Sessions.CanOverlay(directory)) return SnapshotKind.Overlay;
        Notices.Enqueue("overlayfs doesn't work where the store is: it keeps whole copies, which takes more time and space");
        return SnapshotKind.Copy;
    }
}
