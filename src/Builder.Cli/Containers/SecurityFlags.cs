using System.CommandLine;
using Builder.Cli.CommandLine;
using Builder.Cli.Hosting;
using Builder.Sandbox.Capabilities;
using Builder.Sandbox.Plans;
using Builder.Sandbox.Seccomp;

namespace Builder.Cli.Containers;

/// <summary>The flags that say what a container may do.</summary>
internal sealed class SecurityFlags
{
    private readonly Option<string[]> _added = Flags.Many("--cap-add", "Add a capability, or ALL", valueName: "capability");
    private readonly Option<string[]> _dropped = Flags.Many("--cap-drop", "Drop a capability, or ALL", valueName: "capability");
    private readonly Option<string[]> _options = Flags.Many("--security-opt", "seccomp=FILE|unconfined, no-new-privileges, systempaths=unconfined", valueName: "option");
    private readonly Option<bool> _privileged = Flags.Switch("--privileged", "All capabilities, no filter of system calls, nothing hidden (still in a user namespace)");

    /// <summary>Adds them.</summary>
    public void Declare(Command command)
    {
        foreach (Option option in new Option[] { _added, _dropped, _options, _privileged }) command.Add(option);
    }

    /// <summary>What they come to.</summary>
    public SecurityProfile Read(ParseResult parsed, HostEnvironment environment)
    {
        bool privileged = parsed.GetValue(_privileged);
        SecurityProfile profile = privileged ? SecurityProfile.Privileged : SecurityProfile.Default;
        string[] added = Names(parsed.GetValue(_added)!, "--cap-add"), dropped = Names(parsed.GetValue(_dropped)!, "--cap-drop");
        if (!privileged && added.Length + dropped.Length > 0) profile = profile with { Capabilities = CapabilitySet.Change(profile.Capabilities, added, dropped) };
        return parsed.GetValue(_options)!.Aggregate(profile, (current, option) => Apply(current, option, environment));
    }

    private static string[] Names(IEnumerable<string> values, string flag)
    {
        string[] names = [.. values.SelectMany(v => v.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
        if (names.FirstOrDefault(n => CapabilitySet.NumberOf(n) is null && !n.Equals("ALL", StringComparison.OrdinalIgnoreCase)) is { } unknown)
            throw CommandException.Usage($"invalid {flag}: unknown capability \"{unknown}\"", "see capabilities(7): NET_ADMIN, SYS_PTRACE, ... or ALL");
        return names;
    }

    // docker took name:value in its early days, and still does.
    private static SecurityProfile Apply(SecurityProfile profile, string option, HostEnvironment environment)
    {
        int end = option.IndexOfAny(['=', ':']);
        (string name, string? value) = end < 0 ? (option, null) : (option[..end], option[(end + 1)..]);
        return (name, value) switch
        {
            ("no-new-privileges", null or "true") => profile with { NoNewPrivileges = true },
            ("no-new-privileges", "false") => profile with { NoNewPrivileges = false },
            ("seccomp", "unconfined") => profile with { Seccomp = null },
            ("seccomp", "builtin") => profile with { Seccomp = SeccompProfile.Default },
            ("seccomp", { Length: > 0 } file) => profile with { Seccomp = ReadProfile(file, environment) },
            ("systempaths", "unconfined") => profile with { MaskedPaths = [], ReadOnlyPaths = [] },

            // Containers run under the caller's own AppArmor profile and without SELinux labels, so there is nothing to take away.
            ("apparmor", "unconfined") or ("label", "disable") => profile,
            _ => throw CommandException.Usage(
                $"invalid --security-opt \"{option}\"", "use seccomp=FILE, seccomp=unconfined, no-new-privileges or systempaths=unconfined"),
        };
    }

    private static SeccompProfile ReadProfile(string file, HostEnvironment environment)
    {
        try
        {
            using FileStream stream = File.OpenRead(environment.FullPath(file));
            if (stream.Length > SeccompProfileReader.MaxSize) throw new FormatException($"it is larger than {SeccompProfileReader.MaxSize} bytes");
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return SeccompProfileReader.Read(bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw CommandException.Usage($"opening seccomp profile ({file}) failed: {e.Message}");
        }
    }
}
