using Builder.Linux.Files;

namespace Builder.Sandbox.ControlGroups;

/// <summary>A directory in which groups for containers can be made, and what they can limit.</summary>
/// <param name="Directory">An existing group.</param>
/// <param name="Controllers">Those of the wanted controllers that work below it.</param>
/// <param name="Unified">Whether it is of version 2.</param>
internal sealed record ControlGroupPlace(string Directory, IReadOnlyList<string> Controllers, bool Unified);

/// <summary>
/// Looks for groups below which a container's limits can be set. In the unified hierarchy that is the nearest group around this process that hands the
/// controllers on to its children and that the caller may write: a group with processes in it can't. What the unified hierarchy lacks is
/// looked for in the older ones, below the own group.
/// </summary>
internal static class ControlGroupPlaces
{
    private const string Switch = "cgroup.subtree_control";
    private const string Processes = "cgroup.procs";

    /// <summary>Finds places for all controllers.</summary>
    /// <exception cref="SandboxException">One of them can't be had; says why.</exception>
    public static IReadOnlyList<ControlGroupPlace> Find(IReadOnlyList<string> controllers, ControlGroupMounts mounts)
    {
        var places = new List<ControlGroupPlace>();
        ControlGroupPosition? unified = mounts.Unified();
        string[] there = unified is null ? [] : [.. controllers.Intersect(Words(Path.Combine(unified.Root, "cgroup.controllers")))];
        if (there.Length > 0 && unified is not null) places.Add(FindUnified(unified, there));
        foreach (string controller in controllers.Except(there)) places.Add(FindLegacy(mounts.Legacy(controller), controller));
        return places;
    }

    /// <summary>What <c>builder info</c> says.</summary>
    public static string Describe()
    {
        ControlGroupMounts mounts = ControlGroupMounts.OfProcess();
        string[] all = ["memory", "cpu", "cpuset", "pids"];
        var works = new List<string>();
        string? reason = null;
        bool old = false;
        foreach (string controller in all)
        {
            try
            {
                old |= !Find([controller], mounts)[0].Unified;
                works.Add(controller);
            }
            catch (SandboxException e)
            {
                reason ??= e.Message;
            }
        }

        string version = old ? "version 1" : "version 2";
        return works.Count == all.Length ? $"{version}: {string.Join(", ", works)}"
            : works.Count > 0 ? $"{version}: {string.Join(", ", works)} only; {reason}"
            : $"none: {reason}";
    }

    private static ControlGroupPlace FindUnified(ControlGroupPosition position, string[] controllers)
    {
        string? obstacle = null;
        foreach (string group in position.Upwards())
        {
            // A process is moved by whoever may write the group that both places have in common.
            if (!FilePermission.AllowsWriting(group) || !FilePermission.AllowsWriting(Path.Combine(group, Processes)))
            {
                obstacle ??= $"the control group {group} belongs to somebody else";
                break;
            }

            string[] missing = [.. controllers.Except(Words(Path.Combine(group, Switch)))];
            if (missing.Length == 0) return new ControlGroupPlace(group, controllers, Unified: true);
            obstacle ??= $"the control group {group} doesn't hand {string.Join(" and ", missing)} on to groups in it";
        }

        throw Refuse(controllers, obstacle ?? "there is no group that may be written", "run it as 'systemd-run --user --scope builder ...', or as root");
    }

    private static ControlGroupPlace FindLegacy(ControlGroupPosition? position, string controller)
    {
        if (position is null) throw Refuse([controller], "no hierarchy of control groups has that controller", hint: null);
        return FilePermission.AllowsWriting(position.Own)
            ? new ControlGroupPlace(position.Own, [controller], Unified: false)
            : throw Refuse([controller], $"the control group {position.Own} belongs to somebody else, and version 1 can't be delegated", "run it as root");
    }

    private static SandboxException Refuse(IEnumerable<string> controllers, string reason, string? hint) =>
        new($"{string.Join(" and ", controllers)} can't be limited here: {reason}{(hint is null ? "" : $"; {hint}")}", 125);

    private static string[] Words(string path) =>
        File.Exists(path) ? File.ReadAllText(path).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : [];
}
