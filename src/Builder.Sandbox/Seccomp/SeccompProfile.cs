namespace Builder.Sandbox.Seccomp;

/// <summary>Which system calls a container may make.</summary>
/// <param name="DefaultAction">What happens to calls that no rule names.</param>
/// <param name="Rules">The rules, as data; they are made a program for the machine and the container's capabilities when it starts.</param>
public sealed record SeccompProfile(uint DefaultAction, IReadOnlyList<SeccompRule> Rules)
{
    /// <summary>Equal in effect to docker's default profile.</summary>
    public static SeccompProfile Default { get; } = new(SeccompAction.Errno(1), DefaultSeccompRules.All);

    /// <summary>
    /// The processors whose calls are let in besides this machine's own, when a profile says so (<c>archMap</c>); null for the usual ones.
    /// </summary>
    public IReadOnlyList<uint>? Architectures { get; init; }
}
