using System.Text;
using Builder.Sandbox.Plans;

namespace Builder.Sandbox.Tests;

public sealed class PlanCodecTests
{
    [Fact]
    public void A_plan_with_everything_comes_back_as_it_was()
    {
        var plan = new SandboxPlan
        {
            Root = new OverlayRoot("/store", ["b/fs", "a/fs"], "/store/d/fs", "/store/d/work") { Volatile = true },
            Mounts =
            [
                new BindMount("/src", "/dst", ReadOnly: true) { Beneath = "a/b" },
                new TreeMount(new DirectoryRoot("/tree"), "sub", "/t", ReadOnly: false),
                new TmpfsMount("/tmp", 1 << 20),
                new TmpfsMount("/run", null, 0x1C0) { Executable = true, ReadOnly = true },
                new FileMount("/etc/x", Encoding.UTF8.GetBytes("hello"), 0x124, 5, 6) { Executable = true, ReadOnly = false },
            ],
            Process = new SandboxProcess
            {
                Arguments = ["/bin/sh", "-c", "echo ü"],
                Environment = ["A=1", "B="],
                WorkingDirectory = "/w",
                User = "a:b",
                ExtraGroups = ["7"],
            },
            Hostname = "h",
            Network = SandboxNetwork.None,
            Security = new SecurityProfile { Capabilities = [0, 40], NoNewPrivileges = true, MaskedPaths = ["/m"], ReadOnlyPaths = [] },
            Hosts = "127.0.0.1 localhost",
            ResolvConf = "",
            ReadOnlyGeneratedFiles = false,
            ReadOnlyRoot = true,
            SharedMemoryBytes = 123,
            Limits = [new ResourceLimit("nofile", 7, 1, ulong.MaxValue)],
        };
        byte[] bytes = PlanCodec.Encode(plan, terminal: true, [1, 2, 3]);
        (SandboxPlan decoded, bool terminal, byte[]? filter) = PlanCodec.Decode(bytes);

        Assert.True(terminal);
        Assert.Equal(bytes, PlanCodec.Encode(decoded, terminal: true, filter));
        Assert.Equal(plan.Process.Arguments, decoded.Process.Arguments);
        Assert.Equal("hello", Encoding.UTF8.GetString(Assert.IsType<FileMount>(decoded.Mounts[4]).Content.Span));
        Assert.Equal(plan.Mounts[3], decoded.Mounts[3]);
        Assert.True(decoded.Mounts[4] is FileMount { Executable: true, ReadOnly: false });
        Assert.Equal(plan.Limits, decoded.Limits);
        Assert.Null(decoded.HostnameFile);
        Assert.Equal("", decoded.ResolvConf);
        Assert.True(Assert.IsType<OverlayRoot>(decoded.Root).Volatile);
    }
}
