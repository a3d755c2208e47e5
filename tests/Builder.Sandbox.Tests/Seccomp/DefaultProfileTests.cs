using Builder.Linux.Seccomp;
using Builder.Sandbox.Capabilities;
using Builder.Sandbox.Plans;
using Builder.Sandbox.Seccomp;

namespace Builder.Sandbox.Tests.Seccomp;

/// <summary>The default profile, compiled for x86-64 and run on single calls.</summary>
public sealed class DefaultProfileTests
{
    private const uint Allowed = 0x7fff0000;
    private const uint NotPermitted = 0x00050001;
    private const uint NoSuchCall = 0x00050026;
    private const uint SocketCall = 41;
    private const uint CloneCall = 56;
    private const uint PersonalityCall = 135;
    private const uint X32 = 0x40000000;

    private static readonly SeccompMachine Machine = new("amd64", SeccompMachine.X64, [SeccompMachine.X86], new Version(5, 11));
    private static readonly byte[] Default = SeccompCompiler.Compile(SeccompProfile.Default, SecurityProfile.Default.Capabilities, Machine);

    public static TheoryData<string, uint> Calls => new()
    {
        { "read", Allowed }, { "execve", Allowed }, { "setuid", Allowed }, { "setgroups", Allowed }, { "capset", Allowed }, { "mknod", Allowed }, { "chroot", Allowed },
        { "ptrace", Allowed }, { "process_vm_readv", Allowed }, { "arch_prctl", Allowed }, { "seccomp", Allowed }, { "rseq", Allowed }, { "openat2", Allowed },
        { "mount", NotPermitted }, { "umount2", NotPermitted }, { "pivot_root", NotPermitted }, { "unshare", NotPermitted }, { "setns", NotPermitted },
        { "init_module", NotPermitted }, { "finit_module", NotPermitted }, { "delete_module", NotPermitted }, { "kexec_load", NotPermitted },
        { "keyctl", NotPermitted }, { "add_key", NotPermitted }, { "request_key", NotPermitted }, { "bpf", NotPermitted }, { "perf_event_open", NotPermitted },
        { "userfaultfd", NotPermitted }, { "io_uring_setup", NotPermitted }, { "io_uring_enter", NotPermitted }, { "open_by_handle_at", NotPermitted },
        { "reboot", NotPermitted }, { "swapon", NotPermitted }, { "settimeofday", NotPermitted }, { "syslog", NotPermitted }, { "acct", NotPermitted },
        { "fsopen", NotPermitted }, { "fsmount", NotPermitted }, { "move_mount", NotPermitted }, { "open_tree", NotPermitted }, { "mount_setattr", NotPermitted },
        { "kcmp", NotPermitted }, { "iopl", NotPermitted }, { "mbind", NotPermitted }, { "quotactl", NotPermitted }, { "clone3", NoSuchCall },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public void Each_call_is_let_in_or_refused(string name, uint expected)
    {
        Assert.Equal(expected, FilterMachine.Run(Default, SeccompMachine.X64, Number(name)));
        Assert.Equal(expected, FilterMachine.Run(Default, SeccompMachine.X86, Number(name, SeccompMachine.X86)));
    }

    [Theory]
    [InlineData(1u, Allowed)] // AF_UNIX
    [InlineData(2u, Allowed)] // AF_INET
    [InlineData(16u, Allowed)] // AF_NETLINK
    [InlineData(38u, NotPermitted)] // AF_ALG
    [InlineData(39u, Allowed)]
    [InlineData(40u, NotPermitted)] // AF_VSOCK
    [InlineData(41u, Allowed)]
    public void Sockets_are_of_the_ordinary_families(uint family, uint expected) =>
        Assert.Equal(expected, FilterMachine.Run(Default, SeccompMachine.X64, SocketCall, family));

    [Theory]
    [InlineData(0x01200011u, Allowed)] // fork of glibc
    [InlineData(0x003d0f00u, Allowed)] // a thread of glibc
    [InlineData(0x10000000u, NotPermitted)] // CLONE_NEWUSER
    [InlineData(0x00020000u, NotPermitted)] // CLONE_NEWNS
    [InlineData(0x02000000u, NotPermitted)] // CLONE_NEWCGROUP
    [InlineData(0x20000011u, NotPermitted)] // CLONE_NEWPID
    public void Clone_makes_processes_and_threads_but_no_namespaces(uint flags, uint expected) =>
        Assert.Equal(expected, FilterMachine.Run(Default, SeccompMachine.X64, CloneCall, flags));

    [Fact]
    public void Personality_takes_the_harmless_ones_only()
    {
        foreach (ulong persona in new ulong[] { 0, 8, 0x20000, 0x20008, 0xffffffff })
            Assert.Equal(Allowed, FilterMachine.Run(Default, SeccompMachine.X64, PersonalityCall, persona));
        Assert.Equal(NotPermitted, FilterMachine.Run(Default, SeccompMachine.X64, PersonalityCall, 0x0400000));
    }

    [Fact]
    public void A_call_newer_than_the_profile_does_not_exist()
    {
        Assert.Equal(NoSuchCall, FilterMachine.Run(Default, SeccompMachine.X64, 600));
        Assert.Equal(NoSuchCall, FilterMachine.Run(Default, SeccompMachine.X86, 600));
    }

    [Fact]
    public void A_call_of_the_x32_kind_does_not_exist()
    {
        Assert.Equal(NoSuchCall, FilterMachine.Run(Default, SeccompMachine.X64, X32 | Number("read")));
        Assert.Equal(NoSuchCall, FilterMachine.Run(Default, SeccompMachine.X64, X32 | 520));
    }

    [Fact]
    public void A_number_means_what_the_processor_of_the_call_says()
    {
        // 288 is accept4 on x86-64 and keyctl on x86.
        Assert.Equal(Allowed, FilterMachine.Run(Default, SeccompMachine.X64, 288));
        Assert.Equal(NotPermitted, FilterMachine.Run(Default, SeccompMachine.X86, 288));
    }

    [Fact]
    public void Another_processor_s_calls_end_the_program() => Assert.Equal(0u, FilterMachine.Run(Default, SeccompMachine.Arm64, 63));

    [Theory]
    [InlineData("SYS_ADMIN", "mount")]
    [InlineData("SYS_ADMIN", "clone3")]
    [InlineData("SYS_ADMIN", "bpf")]
    [InlineData("SYS_PTRACE", "kcmp")]
    [InlineData("SYS_MODULE", "init_module")]
    [InlineData("SYS_TIME", "settimeofday")]
    [InlineData("SYS_NICE", "mbind")]
    [InlineData("SYS_BOOT", "reboot")]
    [InlineData("SYSLOG", "syslog")]
    [InlineData("BPF", "bpf")]
    [InlineData("PERFMON", "perf_event_open")]
    [InlineData("DAC_READ_SEARCH", "open_by_handle_at")]
    public void A_capability_brings_its_calls_along(string capability, string call)
    {
        IReadOnlyList<int> capabilities = CapabilitySet.Change(SecurityProfile.Default.Capabilities, [capability], []);
        Assert.Equal(Allowed, FilterMachine.Run(SeccompCompiler.Compile(SeccompProfile.Default, capabilities, Machine), SeccompMachine.X64, Number(call)));
    }

    [Fact]
    public void Without_the_capability_chroot_is_refused()
    {
        byte[] program = SeccompCompiler.Compile(SeccompProfile.Default, CapabilitySet.Change(SecurityProfile.Default.Capabilities, [], ["SYS_CHROOT"]), Machine);
        Assert.Equal(NotPermitted, FilterMachine.Run(program, SeccompMachine.X64, Number("chroot")));
    }

    private static uint Number(string name, uint architecture = SeccompMachine.X64) =>
        (uint)(SeccompFilter.NumberOf(name, architecture) ?? throw new ArgumentException($"{name} is unknown", nameof(name)));
}
