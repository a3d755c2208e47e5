using System.Text;
using Builder.Sandbox.Seccomp;

namespace Builder.Sandbox.Tests.Seccomp;

public sealed class SeccompProfileReaderTests
{
    private static readonly SeccompMachine Machine = new("amd64", SeccompMachine.X64, [SeccompMachine.X86], new Version(5, 11));

    [Fact]
    public void A_profile_of_docker_s_format_does_what_it_says()
    {
        SeccompProfile profile = Read(
            """
            {"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":13,"archMap":[{"architecture":"SCMP_ARCH_X86_64","subArchitectures":["SCMP_ARCH_X32"]}],
             "syscalls":[{"names":["read","not_a_call"],"action":"SCMP_ACT_ALLOW","comment":"x"},
                         {"names":["close"],"action":"SCMP_ACT_KILL_PROCESS"},
                         {"name":"write","action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":2,"op":"SCMP_CMP_LE"},{"index":2,"value":240,"valueTwo":16,"op":"SCMP_CMP_MASKED_EQ"}]},
                         {"names":["dup"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":1,"op":"SCMP_CMP_EQ"},{"index":0,"value":7,"op":"SCMP_CMP_EQ"}]},
                         {"names":["mount"],"action":"SCMP_ACT_ALLOW","includes":{"caps":["CAP_SYS_ADMIN"]}},
                         {"names":["pipe"],"action":"SCMP_ACT_ALLOW","excludes":{"arches":["amd64"]}},
                         {"names":["poll"],"action":"SCMP_ACT_ALLOW","includes":{"minKernel":"99.1"}}]}
            """);
        byte[] program = SeccompCompiler.Compile(profile, [], Machine);
        Assert.Equal(0x7fff0000u, Run(0));
        Assert.Equal(0x80000000u, Run(3));
        Assert.Equal(0x7fff0000u, Run(1, 2, 0, 0x1f));
        Assert.Equal(0x0005000du, Run(1, 3, 0, 0x1f));
        Assert.Equal(0x0005000du, Run(1, 2, 0, 0x2f));
        Assert.Equal(0x7fff0000u, Run(32, 7));
        Assert.Equal(0x0005000du, Run(32, 2));
        Assert.Equal(0x0005000du, Run(165)); // mount
        Assert.Equal(0x0005000du, Run(22)); // pipe
        Assert.Equal(0x0005000du, Run(7)); // poll
        Assert.Equal(0u, FilterMachine.Run(program, SeccompMachine.X86, 3));

        uint Run(uint number, params ulong[] arguments) => FilterMachine.Run(program, SeccompMachine.X64, number, arguments);
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("[]", "JSON")]
    [InlineData("null", "it is empty")]
    [InlineData("{}", "\"defaultAction\" is missing")]
    [InlineData("""{"defaultAction":"SCMP_ACT_NOTIFY"}""", "unknown action \"SCMP_ACT_NOTIFY\"")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","sysCalls":[],"extra":1}""", "extra")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"action":"SCMP_ACT_ALLOW"}]}""", "has no \"names\"")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["read"]}]}""", "the rule for read has no \"action\"")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["read"],"action":"SCMP_ACT_LOG","args":[{"index":6,"value":1,"op":"SCMP_CMP_EQ"}]}]}""", "no argument 6")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["read"],"action":"SCMP_ACT_LOG","args":[{"index":0,"value":1,"op":"EQ"}]}]}""", "unknown operator \"EQ\"")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["read"],"action":"SCMP_ACT_LOG","includes":{"caps":["CAP_X"]}}]}""", "unknown capability CAP_X")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","flags":["SECCOMP_FILTER_FLAG_LOG"]}""", "\"flags\" are not supported")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["read"],"action":"SCMP_ACT_LOG","includes":{"minKernel":"new"}}]}""", "\"minKernel\" new is no version")]
    public void What_is_no_profile_is_refused_with_the_reason(string json, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => Read(json)).Message, StringComparison.Ordinal);

    private static SeccompProfile Read(string json) => SeccompProfileReader.Read(Encoding.UTF8.GetBytes(json));
}
