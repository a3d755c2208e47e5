using System.Globalization;
using Builder.Linux.Files;

namespace Builder.Sandbox.ControlGroups;

/// <summary>
/// Looks for groups below which a container's limits can be set. In the unified hierarchy that is the nearest group around this process that the caller may
/// write and that hands the controllers on to its children, else the nearest that can be made to: a group with processes in it can't, but for
/// the machine's topmost. What the unified hierarchy lacks is looked for in the older ones, below the own group.
/// </summary>
internal static class ControlGroupPlaces
{
    public const string Switch = "cgroup.subtree_control";
    public const string Processes = "cgroup.procs";
    private const string Available = "cgroup.controllers";

    // Only the topmost group of the machine hasn't it.
    private const string Type = "cgroup.type";

    private const string OwnScope = "'systemd-run --user --scope builder ...'";
    private static readonly string[] Controllers = ["memory", "cpu", "cpuset", "pids"];

    /// <summary>Finds places for all controllers.</summary>
    /// <exception cref="SandboxException">One of them can't be had; says why.</exception>
    public static IReadOnlyList<ControlGroupPlace> Find(IReadOnlyList<string> controllers, ControlGroupMounts mounts)
    {
        var places = new List<ControlGroupPlace>();
        ControlGroupPosition? unified = mounts.Unified();
        string[] there = unified is null ? [] : [.. controllers.Intersect(Words(Path.Combine(unified.Root, Available)))];
        if (there.Length > 0 && unified is not null) places.Add(FindUnified(unified, there));
        foreach (string controller in controllers.Except(there)) places.Add(FindLegacy(mounts.Legacy(controller), controller));
        return places;
    }

    /// <summary>All groups that containers' groups may be in.</summary>
    public static IReadOnlyList<string> All(ControlGroupMounts mounts)
    {
        IEnumerable<string> legacy = Controllers.Select(mounts.Legacy).Where(p => p is not null && FilePermission.AllowsWriting(p.Own)).Select(p => p!.Own);
        return [.. mounts.Unified() is { } unified ? Writable(unified) : [], .. legacy.Distinct()];
    }

    /// <summary>What <c>builder info</c> says.</summary>
    public static string Describe()
    {
        ControlGroupMounts mounts = ControlGroupMounts.OfProcess();
        var works = new List<string>();
        string? reason = null;
        bool old = false;
        foreach (string controller in Controllers)
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
        return works.Count == Controllers.Length ? $"{version}: {string.Join(", ", works)}"
            : works.Count > 0 ? $"{version}: {string.Join(", ", works)} only; {reason}"
            : $"none: {reason}";
    }

    /// <summary>
    /// The own group, when it has what no group around it hands on and could hand it on itself, were this process not in it: so it is in a unit of systemd
    /// that was delegated to the caller, and at the top of what a container sees.
    /// </summary>
    public static ControlGroupPlace? ToLeave(ControlGroupPosition own)
    {
        string[] controllers = [.. Controllers.Intersect(Words(Path.Combine(own.Own, Available)))];
        if (controllers.Length == 0 || Words(Path.Combine(own.Own, Processes)).Length == 0) return null;
        return FindUnified(own, controllers, Writable(own)) is { Withheld.Count: > 0 } place && place.Directory == own.Own ? place : null;
    }

    private static ControlGroupPlace FindUnified(ControlGroupPosition position, string[] controllers)
    {
        string[] writable = Writable(position);
        if (writable.Length == 0) throw Refuse(controllers, $"the control group {position.Own} belongs to somebody else", $"run it as {OwnScope}, or as root");
        if (FindUnified(position, controllers, writable) is { } place) return place;
        string[] absent = [.. controllers.Except(Words(Path.Combine(writable[^1], Available)))];
        throw absent.Length > 0
            ? Refuse(absent, $"the control group {writable[^1]} isn't given it", "root can set 'Delegate=cpu cpuset io memory pids' for user@.service of systemd, or run it")
            : Refuse(controllers, $"the control group {position.Own} has other processes in it", $"run it as {OwnScope}, or let it be the only process of its group");
    }

    private static ControlGroupPlace? FindUnified(ControlGroupPosition position, string[] controllers, string[] writable)
    {
        ControlGroupPlace[] places =
            [.. writable.Select(group => new ControlGroupPlace(group, controllers, Unified: true) { Withheld = [.. controllers.Except(Words(Path.Combine(group, Switch)))] })];
        return Array.Find(places, p => p.Withheld.Count == 0)
            ?? Array.Find(places, p => !p.Withheld.Except(Words(Path.Combine(p.Directory, Available))).Any() && CanHandOn(p.Directory, position));
    }

    // A process is moved by whoever may write the group that both places have in common.
    private static string[] Writable(ControlGroupPosition position) =>
        [.. position.Upwards().TakeWhile(group => FilePermission.AllowsWriting(group) && FilePermission.AllowsWriting(Path.Combine(group, Processes)))];

    // What is in the group besides this process stays where it is.
    private static bool CanHandOn(string group, ControlGroupPosition position)
    {
        string[] processes = Words(Path.Combine(group, Processes));
        string own = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return processes.Length == 0 || !File.Exists(Path.Combine(group, Type)) || (group == position.Own && processes.All(p => p == own));
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
