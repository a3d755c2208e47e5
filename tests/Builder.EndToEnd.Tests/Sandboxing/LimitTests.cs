using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Sandboxing;

/// <summary>Limits of memory, processors and processes; root can always have them, others where control groups are delegated.</summary>
public sealed class LimitTests
{
    private const string Refused = "can't be limited here: ";

    [EndToEndFact]
    public async Task A_step_at_its_memory_limit_ends_and_the_message_names_step_limit_and_peak()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        CommandResult build = await workspace.BuildTextAsync("FROM busybox\nRUN exec tail -c 200000000 /dev/zero\n", "--memory", "32m");
        if (IsRefused(build)) return;
        build.ExitedWith(1);
        Assert.Contains("Dockerfile:2", build.Error, StringComparison.Ordinal);
        Assert.Contains("exit code: 137 (it was killed at the memory limit of 32 MiB, it used up to 32 MiB)", build.Error, StringComparison.Ordinal);
        CommandResult run = (await workspace.RunAsync("run", "--rm", "--memory", "32m", "busybox", "tail", "-c", "200000000", "/dev/zero")).ExitedWith(137);
        Assert.Contains("killed at the memory limit of 32 MiB", run.Error, StringComparison.Ordinal);
        await workspace.AssertNothingLeftAsync();
    }

    [EndToEndFact]
    public async Task A_step_that_makes_processes_without_end_is_contained_and_the_next_build_works()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        CommandResult build = await workspace.BuildTextAsync("FROM busybox\nRUN b() { b | b & }; b 2>/dev/null; sleep 1; false\n", "--pids-limit", "100");
        if (!IsRefused(build)) Assert.Contains("it was refused processes beyond its limit of 100", build.ExitedWith(1).Error, StringComparison.Ordinal);
        (await workspace.BuildTextAsync("FROM busybox\nRUN echo next\n")).Succeeded();
        await workspace.AssertNothingLeftAsync();
    }

    [EndToEndFact]
    public async Task Without_a_flag_steps_and_containers_have_as_many_processes_as_a_build_needs_and_no_more()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        const string ManyProcesses = "i=0; while [ $i -lt 5000 ]; do sleep 300 & i=$((i+1)); done; echo all";
        CommandResult build = (await workspace.BuildTextAsync($"FROM busybox\nRUN {ManyProcesses}\n")).ExitedWith(1);
        CommandResult run = (await workspace.RunAsync("run", "--rm", "busybox", "sh", "-c", ManyProcesses)).ExitedWith(2);
        Assert.Contains("can't fork", build.Error, StringComparison.Ordinal);
        Assert.Contains("can't fork", run.Error, StringComparison.Ordinal);
        (await workspace.BuildTextAsync("FROM busybox\nRUN i=0; while [ $i -lt 1000 ]; do sleep 300 & i=$((i+1)); done; echo next\n")).Succeeded();
        await workspace.AssertNothingLeftAsync();
    }

    [EndToEndFact]
    public async Task Processors_are_those_that_were_given()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        CommandResult run = await workspace.RunAsync("run", "--rm", "--cpuset-cpus", "0", "--cpus", "0.5", "--pids-limit", "50", "busybox", "nproc");
        if (IsRefused(run)) return;
        Assert.Equal("1\n", run.Succeeded().Output);
        CommandResult absent = (await workspace.RunAsync("run", "--rm", "--cpuset-cpus", "4000", "busybox", "true")).ExitedWith(125);
        Assert.Contains("cpuset.cpus doesn't take '4000'", absent.Error, StringComparison.Ordinal);
    }

    // Refused, with the reason, is right for an ordinary user without delegated groups.
    private static bool IsRefused(CommandResult result)
    {
        if (Environment.IsPrivilegedProcess || !result.Error.Contains(Refused, StringComparison.Ordinal)) return false;
        Assert.NotEqual(0, result.ExitCode);
        return true;
    }
}
