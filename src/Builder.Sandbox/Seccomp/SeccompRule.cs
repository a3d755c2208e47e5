using Builder.Linux.Seccomp;

namespace Builder.Sandbox.Seccomp;

/// <summary>A rule of a profile: the calls it is about, what happens to them, and where it holds.</summary>
/// <param name="Names">System calls; those that a processor doesn't have are skipped there.</param>
/// <param name="Action">A <see cref="SeccompAction"/>.</param>
public sealed record SeccompRule(IReadOnlyList<string> Names, uint Action)
{
    /// <summary>All must hold.</summary>
    public IReadOnlyList<SeccompComparison> Arguments { get; init; } = [];

    /// <summary>Holds only for containers with all of these capabilities (numbers of capabilities(7)).</summary>
    public IReadOnlyList<int> Capabilities { get; init; } = [];

    /// <summary>Doesn't hold for containers with any of these.</summary>
    public IReadOnlyList<int> WithoutCapabilities { get; init; } = [];

    /// <summary>Holds only on these processors, named as Go does (<c>amd64</c>); empty for all.</summary>
    public IReadOnlyList<string> Architectures { get; init; } = [];

    /// <summary>Doesn't hold on these.</summary>
    public IReadOnlyList<string> WithoutArchitectures { get; init; } = [];

    /// <summary>Holds from this kernel on, or null for all.</summary>
    public Version? MinimumKernel { get; init; }
}
