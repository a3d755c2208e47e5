using Builder.Sandbox.Sessions;

namespace Builder.Sandbox.Host;

/// <summary>Says why a session can't be started, and the one setting that would change it.</summary>
internal static class SessionDiagnosis
{
    private const string MaxNamespaces = "/proc/sys/user/max_user_namespaces";
    private const string DebianSwitch = "/proc/sys/kernel/unprivileged_userns_clone";
    private const string AppArmorSwitch = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns";

    /// <summary>Looks for what is certain to fail, before anything is started.</summary>
    public static void ThrowIfImpossible(CallerIds caller)
    {
        if (FindObstacle(caller) is { } obstacle) throw obstacle;
    }

    /// <summary>What is certain to make a session fail, or null.</summary>
    public static SessionException? FindObstacle(CallerIds caller)
    {
        if (ReadNumber(MaxNamespaces) == 0)
            return new SessionException("user namespaces are switched off on this machine", "as root: sysctl -w user.max_user_namespaces=15000");
        if (caller.IsRoot) return null;
        if (ReadNumber(DebianSwitch) == 0)
            return new SessionException("user namespaces are closed to ordinary users on this machine", "as root: sysctl -w kernel.unprivileged_userns_clone=1");
        foreach (string helper in (string[])["newuidmap", "newgidmap"])
        {
            if (ExecutablePath.Find(helper) is null) return MissingHelper(helper);
        }

        if (!caller.HasRanges)
        {
            return new SessionException(
                $"user {caller.UserName} has no range of ids in /etc/subuid and /etc/subgid",
                $"as root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {caller.UserName}");
        }

        return null;
    }

    /// <summary>Explains a failure of unshare(1).</summary>
    public static SessionException Explain(CallerIds caller, string reason)
    {
        if (!caller.IsRoot && ReadNumber(AppArmorSwitch) == 1)
        {
            return new SessionException(
                $"AppArmor doesn't let ordinary users have user namespaces here ({reason})",
                "as root: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or install an AppArmor profile with 'userns,' for this program");
        }

        string hint = reason.Contains("/proc", StringComparison.Ordinal)
            ? "a new /proc can't be mounted here; inside a container, start that container with --security-opt systempaths=unconfined"
            : "inside a container, start that container with --security-opt seccomp=unconfined --security-opt apparmor=unconfined";
        return new SessionException($"a user namespace could not be made: {reason}", hint);
    }

    public static SessionException MissingHelper(string name) => new($"{name} is not installed", "as root: apt-get install uidmap");

    private static long? ReadNumber(string path) =>
        File.Exists(path) && long.TryParse(File.ReadAllText(path).Trim(), out long number) ? number : null;
}
