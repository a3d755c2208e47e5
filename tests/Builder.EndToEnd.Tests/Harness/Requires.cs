namespace Builder.EndToEnd.Tests.Harness;

/// <summary>Tells what is missing. On a user's machine that skips a test; with CI=true nothing is missing, and the test then fails by itself.</summary>
internal static class Requires
{
    private static bool IsContinuousIntegration =>
        string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>Why a test that needs these can't run here, or null.</summary>
    public static string? ReasonToSkip(IEnumerable<Ability> abilities) =>
        abilities.Select(MissingPrivilege).FirstOrDefault(reason => reason is not null)
        ?? (IsContinuousIntegration ? null : abilities.Select(Missing).FirstOrDefault(reason => reason is not null));

    /// <summary>Who runs the tests is a choice, not a lack of the machine: this is skipped in CI too, where root runs it as well.</summary>
    private static string? MissingPrivilege(Ability ability) => ability switch
    {
        Ability.Root when !Environment.IsPrivilegedProcess => "needs root",
        Ability.Docker when !Environment.IsPrivilegedProcess => "a private dockerd needs root",
        Ability.Podman when !Environment.IsPrivilegedProcess => "a private store of podman needs root",
        _ => null,
    };

    private static string? Missing(Ability ability) => ability switch
    {
        Ability.Sandbox => MissingForSandbox(),
        Ability.Root => null,
        Ability.Docker => Command.Exists("dockerd") ? null : "needs dockerd (Debian package docker.io)",
        Ability.Debian => Command.Exists("mmdebstrap") || File.Exists(BaseImages.DebianPath) ? null : "needs mmdebstrap (Debian package mmdebstrap)",
        Ability.Compiler => Command.Exists("gcc") && File.Exists("/usr/include/stdio.h") ? null : "needs gcc and libc6-dev (Debian packages)",
        Ability.Podman => Command.Exists("podman") ? null : "needs podman (Debian package podman)",
        Ability.Git => Command.Exists("git") ? null : "needs git (Debian package git)",
        Ability.Registry => Command.Exists("docker-registry") ? null : "needs docker-registry (Debian package docker-registry)",
        Ability.Skopeo => Command.Exists("skopeo") ? null : "needs skopeo (Debian package skopeo)",
        Ability.Ssh => Command.Exists("ssh-agent") ? Missing(Ability.Debian) : "needs ssh-agent (Debian package openssh-client)",
        Ability.SshServer => Command.Exists("sshd") && Command.Exists("ssh-agent") ? null : "needs sshd and ssh-agent (Debian packages openssh-server and openssh-client)",
        Ability.Umoci => Command.Exists("umoci") ? null : "needs umoci (Debian package umoci)",
        _ => throw new ArgumentOutOfRangeException(nameof(ability), ability, message: null),
    };

    private static string? MissingForSandbox()
    {
        if (!File.Exists(Repository.Binary))
            return $"{Repository.Binary} is missing: run ./quickstart";
        if (!Command.Exists("newuidmap"))
            return "needs newuidmap and newgidmap (Debian package uidmap)";
        const string Switch = "/proc/sys/kernel/unprivileged_userns_clone";
        return !Environment.IsPrivilegedProcess && File.Exists(Switch) && File.ReadAllText(Switch).Trim() == "0"
            ? "user namespaces are off: sysctl kernel.unprivileged_userns_clone=1"
            : null;
    }
}

/// <summary>A test that needs the sandbox, and perhaps more.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EndToEndFactAttribute : FactAttribute
{
    public EndToEndFactAttribute(params Ability[] abilities)
    {
        Abilities = abilities;
        Skip = Requires.ReasonToSkip([Ability.Sandbox, .. abilities]);
    }

    public IReadOnlyList<Ability> Abilities { get; }
}

/// <summary>A parameterized test that needs the sandbox, and perhaps more.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EndToEndTheoryAttribute : TheoryAttribute
{
    public EndToEndTheoryAttribute(params Ability[] abilities)
    {
        Abilities = abilities;
        Skip = Requires.ReasonToSkip([Ability.Sandbox, .. abilities]);
    }

    public IReadOnlyList<Ability> Abilities { get; }
}
