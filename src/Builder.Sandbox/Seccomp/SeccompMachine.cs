using System.Runtime.InteropServices;
using Builder.Linux.Seccomp;

namespace Builder.Sandbox.Seccomp;

/// <summary>What of the machine decides over rules.</summary>
/// <param name="Name">The processor, named as Go does.</param>
/// <param name="Native">Its AUDIT_ARCH_ value.</param>
/// <param name="Compatible">Those of the older programs it runs as well.</param>
/// <param name="Kernel">The kernel's version.</param>
internal sealed record SeccompMachine(string Name, uint Native, IReadOnlyList<uint> Compatible, Version Kernel)
{
    internal const uint X64 = 0xC000003E;
    internal const uint X86 = 0x40000003;
    internal const uint Arm64 = 0xC00000B7;
    internal const uint Arm = 0x40000028;

    /// <summary>This one. Calls of the x32 kind are not among the compatible ones: they answer as calls that don't exist.</summary>
    public static SeccompMachine Current { get; } = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => new("amd64", X64, [X86], Environment.OSVersion.Version),
        Architecture.Arm64 => new("arm64", Arm64, [Arm], Environment.OSVersion.Version),
        var other => throw new SeccompException($"no filter of system calls is known for the processor {other}"),
    };
}
