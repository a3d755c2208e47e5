using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Steps;

/// <summary>What the command line gives to RUN steps, and what a RUN does besides its command.</summary>
public sealed class StepOptionTests
{
    [EndToEndFact]
    public async Task Shared_memory_limits_and_hosts_are_as_asked_and_do_not_count_for_the_cache()
    {
        await using Workspace workspace = await Workspace.CreateAsync(w => w.ImportBusyboxAsync());
        const string Dockerfile =
            """
            FROM busybox
            RUN df -k /dev/shm | tail -1 | tr -s ' ' | cut -d ' ' -f 2 > /shm; ulimit -Sn > /soft; ulimit -Hn > /hard; cat /etc/hosts > /hosts
            """;
        (await workspace.BuildTextAsync(
            Dockerfile, "-t", "x", "--shm-size", "2m", "--ulimit", "nofile=50:60", "--add-host", "a:1.2.3.4", "--add-host", "b=[fd00::1]", "--add-host", "c:host-gateway")).Succeeded();
        CommandResult seen = (await workspace.RunAsync("run", "--rm", "x", "cat", "/shm", "/soft", "/hard", "/hosts")).Succeeded();
        Assert.StartsWith("2048\n50\n60\n", seen.Output, StringComparison.Ordinal);
        Assert.Contains("1.2.3.4\ta\nfd00::1\tb\n127.0.0.1\tc\n", seen.Output, StringComparison.Ordinal);
        Assert.Contains("nothing was executed", (await workspace.BuildTextAsync(Dockerfile)).Succeeded().Error, StringComparison.Ordinal);
        CommandResult tooMuch = (await workspace.BuildAsync("--no-cache", "--ulimit", "nofile=-1")).ExitedWith(1);
        Assert.Contains("the limit nofile can't be raised to unlimited", tooMuch.Error, StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task Host_network_and_insecure_steps_need_their_entitlement()
    {
        await using Workspace workspace = await Workspace.CreateAsync(w => w.ImportBusyboxAsync());
        const string Host = "FROM busybox\nRUN --network=host true\n";
        CommandResult refused = (await workspace.BuildTextAsync(Host)).ExitedWith(1);
        Assert.Contains("--allow network.host", refused.Error, StringComparison.Ordinal);
        Assert.Contains("Dockerfile:2", refused.Error, StringComparison.Ordinal);
        (await workspace.BuildTextAsync(Host, "--allow", "network.host")).Succeeded();
        (await workspace.BuildTextAsync(Host, "--network", "host")).Succeeded();
        const string Insecure = "FROM busybox\nRUN --security=insecure mkdir /m && mount -t tmpfs none /m\nRUN mkdir -p /n && ! mount -t tmpfs none /n 2>/dev/null\n";
        Assert.Contains("--allow security.insecure", (await workspace.BuildTextAsync(Insecure)).ExitedWith(1).Error, StringComparison.Ordinal);
        (await workspace.BuildTextAsync(Insecure, "--allow", "security.insecure")).Succeeded();
        (await workspace.BuildTextAsync("FROM busybox\nRUN --network=none [ \"$(ls /sys/class/net)\" = lo ] && ping -c 1 127.0.0.1\n")).Succeeded();
    }

    [EndToEndFact]
    public async Task Named_stages_are_built_without_the_cache_and_others_with_it()
    {
        await using Workspace workspace = await Workspace.CreateAsync(w => w.ImportBusyboxAsync());
        const string Dockerfile =
            """
            FROM busybox AS a
            RUN cat /proc/sys/kernel/random/uuid > /a
            FROM busybox AS b
            RUN cat /proc/sys/kernel/random/uuid > /b
            FROM a AS c
            RUN cat /a > /c
            FROM busybox
            COPY --from=c /a /c /
            COPY --from=b /b /
            """;
        async Task<string[]> BuildAsync(params string[] arguments)
        {
            (await workspace.BuildTextAsync(Dockerfile, ["-t", "x", .. arguments])).Succeeded();
            return (await workspace.RunAsync("run", "--rm", "x", "cat", "/a", "/b", "/c")).Succeeded().Output.Split('\n');
        }

        string[] first = await BuildAsync();
        string[] second = await BuildAsync("--no-cache-filter", "A");
        Assert.NotEqual(first[0], second[0]);
        Assert.Equal((first[1], second[0]), (second[1], second[2]));
        Assert.Equal(second, await BuildAsync());
        CommandResult unknown = (await workspace.BuildAsync("--no-cache-filter", "z")).Succeeded();
        Assert.Contains("--no-cache-filter names 'z', but the Dockerfile has no such stage; it has a, b, c, 3", unknown.Error, StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task A_step_has_its_form_directory_environment_and_exit_code_and_makes_a_layer_even_of_nothing()
    {
        await using Workspace workspace = await Workspace.CreateAsync(w => w.ImportBusyboxAsync());
        workspace.Environment["LEAK"] = "of the caller";
        (await workspace.BuildTextAsync(
            """
            FROM busybox
            ENTRYPOINT ["/bin/false"]
            RUN true
            ARG SEEN=1
            ENV E=2
            USER 5:6
            RUN ["/bin/sh", "-c", "env | cut -d= -f1 | sort | tr '\\n' ' ' > /tmp/env && echo \"$0\" > /tmp/zero"]
            WORKDIR /new/dir
            RUN [ "$(pwd):$(stat -c %a:%u:%g .)" = /new/dir:755:5:6 ] && [ "$(cat /tmp/zero)" = /bin/sh ]
            RUN [ "$(cat /tmp/env)" = "E HOME PATH PWD SEEN SHLVL " ] || { cat /tmp/env; exit 1; }
            """, "-t", "x")).Succeeded();
        string layers = (await workspace.RunAsync("inspect", "--format", "{{len .RootFS.Layers}}", "x")).Succeeded().Output.Trim();
        Assert.Equal("6", layers);
        CommandResult failed = (await workspace.BuildTextAsync("FROM busybox\nRUN exit 42\n")).ExitedWith(1);
        Assert.Contains("exit code: 42", failed.Error, StringComparison.Ordinal);
        Assert.Contains("exit code: 127", (await workspace.BuildTextAsync("FROM busybox\nRUN no-such-program\n")).ExitedWith(1).Error, StringComparison.Ordinal);
    }
}
