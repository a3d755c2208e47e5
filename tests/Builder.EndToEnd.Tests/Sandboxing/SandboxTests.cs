using Builder.EndToEnd.Tests.Harness;
using Builder.EndToEnd.Tests.Trees;

namespace Builder.EndToEnd.Tests.Sandboxing;

/// <summary>What a program sees from inside, in RUN and in run alike.</summary>
public sealed class SandboxTests
{
    /// <summary>Docker's fourteen.</summary>
    private const string DefaultCapabilities = "00000000a80425fb";

    // Command, and what it prints. Each runs in a shell of its own below pid 1.
    private static readonly (string Command, string Expected)[] Facts =
    [
        ("grep -E '^Cap(Prm|Eff|Bnd):' /proc/self/status | cut -f 2 | sort -u", DefaultCapabilities),
        ("grep -E '^(CapInh|CapAmb):' /proc/self/status | cut -f 2 | sort -u", "0000000000000000"),
        ("grep -E '^(Seccomp|NoNewPrivs):' /proc/self/status | cut -f 2 | tr '\n' ' '", "0 2 "),
        ("hostname other 2>/dev/null || echo refused; unshare -m true 2>/dev/null || echo refused", "refused\nrefused"),
        ("cat /proc/1/comm", "sh"),
        ("id -u; id -g", "0\n0"),
        ("ls /proc/self/fd | wc -l", "4"), // 0, 1, 2, and the directory that ls reads.
        ("cd /dev && ls -d console full null ptmx pts random shm stderr stdin stdout tty urandom zero 2>/dev/null | grep -v console | tr '\\n' ' '",
            "full null ptmx pts random shm stderr stdin stdout tty urandom zero "),
        ("ls /dev | grep -E '^(sd|vd|nvme|loop|kmsg|mem|kvm|fuse|net|mapper)' | wc -l", "0"),
        ("echo x > /dev/null && head -c 4 /dev/zero | wc -c && head -c 4 /dev/urandom | wc -c", "4\n4"),
        ("cat /proc/kcore /proc/keys /proc/timer_list 2>/dev/null | wc -c; find /proc/acpi /proc/scsi /sys/firmware -mindepth 1 2>/dev/null | wc -l", "0\n0"),
        ("(echo 1 > /proc/sys/kernel/domainname) 2>/dev/null || echo read-only", "read-only"),
        ("(echo b > /proc/sysrq-trigger) 2>/dev/null || echo read-only", "read-only"),
        ("mkdir /sys/x 2>/dev/null || echo read-only", "read-only"),
        ("for i in 1 2 3 4 5; do n=$(ps | grep -c -v -E 'ps|PID|sh|grep|sort'); test $n = 0 && break; sleep 0.2; done; echo $n", "0"),
        ("mount -t tmpfs none /mnt 2>/dev/null || echo refused", "refused"),
        ("mkdir /tmp/m; mount -t tmpfs none /tmp/m 2>/dev/null || echo refused", "refused"),
        ("touch /a && chown 1234:5678 /a && stat -c %u:%g /a", "1234:5678"),
        ("umask", "0022"),
    ];

    [EndToEndFact]
    public async Task Every_fact_holds_in_a_step_and_in_a_container()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        for (int i = 0; i < Facts.Length; i++) workspace.Write($"facts/{i}", Facts[i].Command + "\n");
        workspace.Write("all", "for f in /facts/*; do echo \"== ${f##*/}\"; (. $f); echo; done\n");
        (await workspace.BuildTextAsync("FROM busybox\nCOPY . /\nRUN [\"sh\", \"-c\", \"sh /all > /result\"]\n", "-t", "facts")).Succeeded();
        Check("RUN", (await workspace.RunAsync("run", "--rm", "facts", "cat", "/result")).Succeeded().Output);
        Check("run", (await workspace.RunAsync("run", "--rm", "facts", "sh", "-c", "sh /all; true")).Succeeded().Output);

        static void Check(string where, string output)
        {
            Dictionary<string, string> answers = output.Split("== ", StringSplitOptions.RemoveEmptyEntries)
                .Select(part => part.Split('\n', 2)).ToDictionary(part => part[0], part => part[1].TrimEnd('\n'), StringComparer.Ordinal);
            Assert.Equal(Facts.Select(f => (where, f.Command, f.Expected)), Facts.Select((f, i) => (where, f.Command, answers[$"{i}"])));
        }
    }

    [EndToEndFact]
    public async Task An_ordinary_user_inside_has_no_capabilities()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        CommandResult result = (await workspace.RunAsync("run", "--rm", "-u", "1000", "busybox", "grep", "CapEff", "/proc/self/status")).Succeeded();
        Assert.Equal("CapEff:\t0000000000000000\n", result.Output);
    }

    [EndToEndFact]
    public async Task Flags_of_run_change_capabilities_filter_and_privileges()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        string profile = workspace.Write("profile.json", """{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":28}]}""");
        Assert.Equal("CapEff:\t0000000000000001\n", await OutputAsync("--cap-drop", "ALL", "--cap-add=CHOWN", "busybox", "grep", "CapEff", "/proc/self/status"));
        Assert.Equal("named\n", await OutputAsync("--cap-add", "SYS_ADMIN", "busybox", "sh", "-c", "hostname named && hostname"));
        Assert.Equal("NoNewPrivs:\t1\nSeccomp:\t2\n", await OutputAsync("--security-opt", "no-new-privileges", "busybox", "grep", "-E", "NoNew|Seccomp:", "/proc/self/status"));
        Assert.Equal("Seccomp:\t0\n", await OutputAsync("--security-opt", "seccomp=unconfined", "busybox", "grep", "Seccomp:", "/proc/self/status"));
        Assert.Equal("Seccomp:\t0\nCapEff:\t000001ffffffffff\n", await OutputAsync("--privileged", "busybox", "sh", "-c", "grep Seccomp: /proc/self/status; grep CapEff /proc/self/status"));
        Assert.Equal("No space left on device\n", await OutputAsync("--security-opt", $"seccomp={profile}", "busybox", "sh", "-c", "mkdir /x 2>&1 | sed 's/.*: //'"));

        async Task<string> OutputAsync(params string[] arguments) => (await workspace.RunAsync(["run", "--rm", .. arguments])).Succeeded().Output;
    }

    [EndToEndFact]
    public async Task Flags_that_name_what_is_not_there_are_refused()
    {
        await using Workspace workspace = new();
        CommandResult capability = await workspace.RunAsync("run", "--cap-add", "FOO", "busybox", "true");
        Assert.Equal(125, capability.ExitCode);
        Assert.Contains("unknown capability \"FOO\"", capability.Error, StringComparison.Ordinal);
        CommandResult profile = await workspace.RunAsync("run", "--security-opt", "seccomp=/no/such/file", "busybox", "true");
        Assert.Equal(125, profile.ExitCode);
        Assert.Contains("opening seccomp profile (/no/such/file) failed", profile.Error, StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task The_program_itself_is_on_a_read_only_mount_where_containers_are_started()
    {
        await using Workspace workspace = new();
        string mounts = (await workspace.RunAsync("unshare", "cat", "/proc/self/mountinfo")).Succeeded().Output;
        string own = Assert.Single(mounts.Split('\n'), line => line.Split(' ') is [_, _, _, _, var place, ..] && place == Repository.Binary);
        Assert.StartsWith("ro", own.Split(' ')[5], StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task The_environment_of_the_caller_and_the_files_of_the_host_stay_outside()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        workspace.Environment["SECRET_OF_THE_CALLER"] = "secret";
        string[] environment = (await workspace.RunAsync("run", "--rm", "busybox", "env")).Succeeded().Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["HOME", "HOSTNAME", "PATH"], environment.Select(line => line.Split('=')[0]).Order(StringComparer.Ordinal));
        string mounts = (await workspace.RunAsync("run", "--rm", "busybox", "cat", "/proc/self/mountinfo")).Succeeded().Output;
        Assert.DoesNotContain(workspace.Home, mounts, StringComparison.Ordinal);
        Assert.Equal("0\n", (await workspace.RunAsync("run", "--rm", "busybox", "sh", "-c", "ls -a /.. | grep -c -x var/tmp || true")).Succeeded().Output);
    }

    [EndToEndFact]
    public async Task Resolver_and_hosts_are_there_and_not_in_the_layer()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        string tar = workspace.PathTo("tree.tar");
        (await workspace.BuildTextAsync(
            "FROM busybox\nRUN cat /etc/resolv.conf > /resolver; cat /etc/hosts > /hosts; touch /etc/own\n", "-t", "names", "-o", $"type=tar,dest={tar}", "--load")).Succeeded();
        FileTree tree = FileTree.Read(tar);
        foreach (string path in new[] { "etc/resolv.conf", "etc/hosts", "etc/hostname", ".dockerenv", "dev/null", "proc/self", "sys/kernel" })
            Assert.DoesNotContain(path, tree.Entries.Keys);
        Assert.Contains("etc/own", tree.Entries.Keys);
        Assert.Equal(0x1ED, tree["etc"].Mode);
        string seen = (await workspace.RunAsync("run", "--rm", "names", "cat", "/resolver", "/hosts")).Succeeded().Output;
        Assert.Contains("localhost", seen, StringComparison.Ordinal);
        Assert.Contains("nameserver", seen, StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task Without_a_network_there_is_only_loopback()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        CommandResult result = (await workspace.RunAsync("run", "--rm", "--network", "none", "busybox", "sh", "-c", "ls /sys/class/net; ping -c 1 -w 2 127.0.0.1 >/dev/null && echo up"))
            .Succeeded();
        Assert.Equal("lo\nup\n", result.Output);
        CommandResult host = (await workspace.RunAsync("run", "--rm", "--network", "host", "busybox", "cat", "/proc/net/dev")).Succeeded();
        Assert.Equal(
            File.ReadLines("/proc/net/dev").Skip(2).Select(l => l.Split(':')[0].Trim()),
            host.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(2).Select(l => l.Split(':')[0].Trim()));
    }

    [EndToEndFact]
    public async Task Links_in_the_context_lead_nowhere_outside()
    {
        await using Workspace workspace = new();
        string secret = workspace.PathTo("secret");
        await File.WriteAllTextAsync(secret, "secret\n");
        File.CreateSymbolicLink(Path.Combine(workspace.Context, "link"), secret);
        Directory.CreateSymbolicLink(Path.Combine(workspace.Context, "directory"), "/etc");
        CommandResult file = await workspace.BuildTextAsync("FROM scratch\nCOPY directory/passwd /passwd\n", "-o", workspace.PathTo("out"));
        file.ExitedWith(1);
        (await workspace.BuildTextAsync("FROM scratch\nCOPY . /all/\n", "-o", workspace.PathTo("all"))).Succeeded();
        Assert.Equal(secret, new FileInfo(workspace.PathTo("all/all/link")).LinkTarget);
    }

    [EndToEndFact]
    public async Task Background_processes_of_a_step_end_with_it()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        CommandResult result = (await workspace.BuildTextAsync(
            $"FROM busybox\nRUN (sleep 300; echo {workspace.Token}) >/dev/null 2>&1 & echo started\n")).Succeeded();
        Assert.True(result.Duration < TimeSpan.FromMinutes(1), result.ToString());
        await workspace.AssertNothingLeftAsync();
    }

    [EndToEndFact]
    public async Task Grandchildren_that_hold_the_output_don_t_keep_a_step_or_a_container()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        string stubborn = $"trap '' TERM HUP INT; (setsid sh -c 'sleep 300; echo {workspace.Token}' &); echo started";
        CommandResult build = (await workspace.BuildTextAsync($"FROM busybox\nRUN {stubborn}\n")).Succeeded();
        CommandResult run = (await workspace.RunAsync("run", "--rm", "busybox", "sh", "-c", stubborn)).Succeeded();
        Assert.True(build.Duration < TimeSpan.FromMinutes(1) && run.Duration < TimeSpan.FromMinutes(1), $"{build}\n{run}");
        Assert.Equal("started\n", run.Output);
        await workspace.AssertNothingLeftAsync();
    }

    [EndToEndFact]
    public async Task A_container_does_not_outlive_a_killed_engine()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        string stubborn = $"trap '' TERM HUP INT; (setsid sleep 300 &); echo {workspace.Token}; sleep 300";
        using RunningCommand running = workspace.Command("run", "busybox", "sh", "-c", stubborn).Start();
        for (int i = 0; i < 600 && !ProcessTable.MentioningInCommandOrEnvironment(workspace.Token).Any(p => p.EndsWith("sleep 300 ", StringComparison.Ordinal)); i++)
            await Task.Delay(100);
        running.Kill();
        await running.WaitAsync(TimeSpan.FromMinutes(1));
        await workspace.AssertNothingLeftAsync();
    }
}
