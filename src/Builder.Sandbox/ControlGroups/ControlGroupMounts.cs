namespace Builder.Sandbox.ControlGroups;

/// <summary>Where this process stands in a hierarchy of control groups.</summary>
/// <param name="Root">Directory of the topmost group that can be seen.</param>
/// <param name="Own">Directory of this process's group, in or below the root.</param>
/// <param name="Unified">Whether it is the one hierarchy of version 2.</param>
internal sealed record ControlGroupPosition(string Root, string Own, bool Unified)
{
    /// <summary>The own group and those around it, innermost first.</summary>
    public IEnumerable<string> Upwards()
    {
        for (string path = Own; ; path = Path.GetDirectoryName(path)!)
        {
            yield return path;
            if (path.Length <= Root.Length) yield break;
        }
    }
}

/// <summary>Finds hierarchies of control groups by <c>/proc/self/mountinfo</c> and <c>/proc/self/cgroup</c>: proc(5), cgroups(7).</summary>
/// <param name="mountInfo">Lines of the former.</param>
/// <param name="groups">Lines of the latter.</param>
internal sealed class ControlGroupMounts(IReadOnlyList<string> mountInfo, IReadOnlyList<string> groups)
{
    private const int RootField = 3;
    private const int PointField = 4;

    /// <summary>Those of this process.</summary>
    public static ControlGroupMounts OfProcess() => new(File.ReadAllLines("/proc/self/mountinfo"), File.ReadAllLines("/proc/self/cgroup"));

    /// <summary>The unified hierarchy, or null when it isn't mounted.</summary>
    public ControlGroupPosition? Unified() => Find("cgroup2", _ => true, GroupOf(names => names.Length == 0), unified: true);

    /// <summary>The older hierarchy of a controller, or null.</summary>
    public ControlGroupPosition? Legacy(string controller) =>
        Find("cgroup", options => options.Split(',').Contains(controller), GroupOf(names => names.Split(',').Contains(controller)), unified: false);

    private string? GroupOf(Func<string, bool> isIt)
    {
        foreach (string line in groups)
        {
            string[] fields = line.Split(':', 3);
            if (fields.Length == 3 && isIt(fields[1])) return fields[2];
        }

        return null;
    }

    private ControlGroupPosition? Find(string type, Func<string, bool> hasOptions, string? group, bool unified)
    {
        if (group is null) return null;
        foreach (string line in mountInfo)
        {
            int separator = line.IndexOf(" - ", StringComparison.Ordinal);
            if (separator < 0) continue;
            string[] fields = line[..separator].Split(' '), tail = line[(separator + 3)..].Split(' ');
            if (fields.Length <= PointField || tail.Length < 3 || tail[0] != type || !hasOptions(tail[2])) continue;
            if (Below(fields[RootField], group) is { } relative) return new ControlGroupPosition(fields[PointField], (fields[PointField] + relative).TrimEnd('/'), unified);
        }

        return null;
    }

    // A mount may show a part of the hierarchy only; a group that isn't in it can't be reached through it.
    private static string? Below(string root, string group)
    {
        if (root == "/") return group;
        if (group == root) return "";
        return group.StartsWith(root + "/", StringComparison.Ordinal) ? group[root.Length..] : null;
    }
}
