using System.Collections.Concurrent;

namespace Builder.Sandbox.Seccomp;

/// <summary>Compiled profiles: every container of a process has one of a few, and compiling takes some milliseconds.</summary>
internal static class SeccompPrograms
{
    private static readonly ConcurrentDictionary<(SeccompProfile Profile, ulong Capabilities), Lazy<byte[]>> Compiled = new(new ByIdentity());

    /// <summary>The program of a profile for a container with these capabilities.</summary>
    public static byte[] For(SeccompProfile profile, IReadOnlyCollection<int> capabilities)
    {
        ulong mask = capabilities.Aggregate(0UL, (set, c) => set | (1UL << c));
        return Compiled.GetOrAdd((profile, mask), _ => new(() => SeccompCompiler.Compile(profile, capabilities, SeccompMachine.Current))).Value;
    }

    private sealed class ByIdentity : IEqualityComparer<(SeccompProfile Profile, ulong Capabilities)>
    {
        public bool Equals((SeccompProfile Profile, ulong Capabilities) x, (SeccompProfile Profile, ulong Capabilities) y) =>
            ReferenceEquals(x.Profile, y.Profile) && x.Capabilities == y.Capabilities;

        public int GetHashCode((SeccompProfile Profile, ulong Capabilities) value) =>
            HashCode.Combine(System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(value.Profile), value.Capabilities);
    }
}
