using Builder.Executor.Running;
using Builder.Executor.Steps;
using Builder.Graph.Operations;
using Builder.Sandbox;
using Builder.Sandbox.Plans;

namespace Builder.Executor.Tests.Running;

public sealed class ExecRunnerTests
{
    private static readonly ExecOperation Make = new()
    {
        Arguments = ["/bin/sh", "-c", "make"],
        Environment = ["PATH=/bin", "http_proxy=own"],
        ProxyEnvironment = ["http_proxy=given", "https_proxy=given"],
        WorkingDirectory = "/src",
        User = "app:staff",
        ExtraHosts = ["db=10.0.0.1"],
    };

    private static readonly PreparedMounts Nothing = new([]);

    [Fact]
    public async Task The_plan_says_what_the_instruction_says()
    {
        SandboxPlan plan = await ExecRunner.PlanAsync(Make, new DirectoryRoot("/r"), new PreparedMounts([new TmpfsMount("/t")]), StepOptions.Default, CancellationToken.None);

        Assert.Equal(["/bin/sh", "-c", "make"], plan.Process.Arguments);
        Assert.Equal(["PATH=/bin", "http_proxy=own", "https_proxy=given"], plan.Process.Environment);
        Assert.Equal(("/src", "app:staff"), (plan.Process.WorkingDirectory, plan.Process.User));
        Assert.Equal(("buildkitsandbox", SandboxNetwork.Host), (plan.Hostname, plan.Network));
        Assert.Equal("127.0.0.1\tlocalhost buildkitsandbox\n::1\tlocalhost ip6-localhost ip6-loopback\n10.0.0.1\tdb\n", plan.Hosts);
        Assert.Equal([new TmpfsMount("/t")], plan.Mounts);
        Assert.Same(SecurityProfile.Default, plan.Security);
        Assert.True(plan.ReadOnlyGeneratedFiles);
    }

    [Fact]
    public async Task Without_network_there_are_no_resolvers()
    {
        SandboxPlan plan = await ExecRunner.PlanAsync(Make with { Network = NetworkMode.None }, new DirectoryRoot("/r"), Nothing, StepOptions.Default, CancellationToken.None);

        Assert.Equal((SandboxNetwork.None, ""), (plan.Network, plan.ResolvConf));
    }

    [Fact]
    public async Task Insecure_lifts_what_is_masked()
    {
        SandboxPlan plan = await ExecRunner.PlanAsync(Make with { Insecure = true }, new DirectoryRoot("/r"), Nothing, StepOptions.Default, CancellationToken.None);

        Assert.Equal(41, plan.Security.Capabilities.Count);
        Assert.Empty(plan.Security.MaskedPaths);
        Assert.Empty(plan.Security.ReadOnlyPaths);
    }

    [Fact]
    public async Task Secrets_replace_variables_and_the_agent_only_fills_a_gap()
    {
        var mounts = new PreparedMounts([], "/run/agent", ["PATH=/secret", "TOKEN=1", "TOKEN=2"]);

        SandboxPlan plan = await ExecRunner.PlanAsync(Make, new DirectoryRoot("/r"), mounts, StepOptions.Default, CancellationToken.None);
        SandboxPlan own = await ExecRunner.PlanAsync(
            Make with { Environment = ["SSH_AUTH_SOCK=/own"] }, new DirectoryRoot("/r"), mounts, StepOptions.Default, CancellationToken.None);

        Assert.Equal(["http_proxy=own", "https_proxy=given", "SSH_AUTH_SOCK=/run/agent", "PATH=/secret", "TOKEN=2"], plan.Process.Environment);
        Assert.Equal(["SSH_AUTH_SOCK=/own", "http_proxy=given", "https_proxy=given", "PATH=/secret", "TOKEN=2"], own.Process.Environment);
    }

    [Fact]
    public async Task Limits_and_shared_memory_are_those_of_the_command_line()
    {
        var options = new StepOptions { SharedMemoryBytes = 1 << 20, Limits = [new ResourceLimit("nofile", 7, 5, 6)] };

        SandboxPlan plan = await ExecRunner.PlanAsync(Make, new DirectoryRoot("/r"), Nothing, options, CancellationToken.None);
        SandboxPlan usual = await ExecRunner.PlanAsync(Make, new DirectoryRoot("/r"), Nothing, StepOptions.Default, CancellationToken.None);

        Assert.Equal((1 << 20, 64 << 20), (plan.SharedMemoryBytes, usual.SharedMemoryBytes));
        Assert.Equal([new ResourceLimit("nofile", 7, 5, 6)], plan.Limits);
    }

    [Fact]
    public async Task A_command_that_fails_is_named_with_its_exit_code_and_its_last_lines()
    {
        var sandboxes = new FakeSandboxes((_, io) =>
        {
            io.OnOutput(1, "compiling\n"u8);
            io.OnOutput(2, "no rule"u8);
            return new SandboxExit(2, null);
        });
        var lines = new List<string>();

        var e = await Assert.ThrowsAsync<OperationException>(() => RunAsync(sandboxes, lines));

        Assert.Equal("process \"/bin/sh -c make\" did not complete successfully: exit code: 2", e.Message);
        Assert.Equal(2, e.ExitCode);
        Assert.Equal(["compiling", "no rule"], e.Output);
        Assert.Equal(["compiling", "no rule"], lines);
    }

    [Fact]
    public void A_long_command_is_cut_in_messages_and_a_short_one_is_not()
    {
        string shown = CommandText.Of(["/bin/sh", "-c", new string('x', 3 << 20)]);

        Assert.Equal("/bin/sh -c " + new string('x', CommandText.MaxLength - 11) + "…", shown);
        Assert.Equal("/bin/sh -c " + new string('x', CommandText.MaxLength - 12) + "…", CommandText.Of(["/bin/sh", "-c", new string('x', CommandText.MaxLength - 12) + "😀"]));
        Assert.Equal("/bin/sh -c make", CommandText.Of(["/bin/sh", "-c", "make"]));
        Assert.EndsWith(" a …", CommandText.Of(Enumerable.Repeat("a", 1_000_000)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_could_not_be_started_keeps_its_code()
    {
        var sandboxes = new FakeSandboxes((_, _) => throw new SandboxException("/bin/sh: not found", 127));

        var e = await Assert.ThrowsAsync<OperationException>(() => RunAsync(sandboxes, []));

        Assert.Equal(("/bin/sh: not found", 127), (e.Message, e.ExitCode));
    }

    private static async Task RunAsync(FakeSandboxes sandboxes, List<string> lines)
    {
        SandboxPlan plan = await ExecRunner.PlanAsync(Make, new DirectoryRoot("/r"), Nothing, StepOptions.Default, CancellationToken.None);
        await new ExecRunner(sandboxes).RunAsync(Make, plan, new OutputLines((_, line) => lines.Add(line)), CancellationToken.None);
    }
}
