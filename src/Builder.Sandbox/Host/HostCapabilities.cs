using Builder.Sandbox.ControlGroups;
using Builder.Sandbox.Sessions;

namespace Builder.Sandbox.Host;

/// <summary>What this machine lets the caller do, for <c>builder info</c>.</summary>
/// <param name="Caller">Who calls, with the id maps a session would get.</param>
/// <param name="Kernel">Kernel release.</param>
/// <param name="Tier">The isolation that would be used, or null when there is none that works.</param>
/// <param name="Problem">What stands in the way, or null.</param>
/// <param name="Hint">The one setting that would fix it, or null.</param>
/// <param name="Overlay">Whether the kernel knows overlayfs; whether the store's file system can hold it is seen when the store is opened in a session.</param>
/// <param name="ControlGroups">Which limits containers can have, and why not the others.</param>
public sealed record HostCapabilities(
    CallerIds Caller, string Kernel, string? Tier, string? Problem, string? Hint, bool Overlay, string ControlGroups)
{
    /// <summary>The tier in which everything works.</summary>
    public const string FullTier = "user namespace with id ranges";

    /// <summary>Looks at the machine without changing or starting anything.</summary>
    public static HostCapabilities Probe()
    {
        CallerIds caller = CallerIds.Read();
        SessionException? obstacle = SessionDiagnosis.FindObstacle(caller);
        return new HostCapabilities(
            caller,
            File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
            obstacle is null ? FullTier : null,
            obstacle?.Message,
            obstacle?.Hint,
            File.ReadLines("/proc/filesystems").Any(l => l.EndsWith("\toverlay", StringComparison.Ordinal)) || Directory.Exists("/sys/module/overlay"),
            ControlGroupPlaces.Describe());
    }
}
