using Builder.EndToEnd.Tests.Builds;
using Builder.EndToEnd.Tests.Harness;
using Builder.EndToEnd.Tests.Robustness;

namespace Builder.EndToEnd.Tests.Sandboxing;

/// <summary>Mounts of steps whose sources and places lead through what the image, an earlier step or the kernel has there.</summary>
[Collection(MeasuredTests.Name)]
public sealed class MountPlaceTests
{
    // A step that succeeds only where nothing is unmasked and nothing may be written.
    private const string StillShielded =
        "! grep -q . /proc/keys && ! grep -q . /proc/interrupts && ! test -s /proc/kcore && ! (echo x > /proc/sysrq-trigger) && ! (echo x > /proc/sys/kernel/domainname) && ! mkdir /sys/fs/x";

    private const string ThroughProcess = "it leads through what a process has open, such as /proc/self/fd, or through links in a circle";

    [EndToEndFact]
    public async Task Mounts_over_devices_and_processes_lift_no_shield_and_follow_no_descriptor()
    {
        await using HostileGround ground = await StartAsync("RUN mkdir /w; ln -s /dev/null /w/null; ln -s /proc/self/fd /w/fd; ln -s /proc/self /w/self");
        foreach ((string mount, string? refusal) in new[]
        {
            ("type=bind,source=file,target=/dev/null", "/dev/null of the container is not the null device"),
            ("type=bind,source=file,target=/w/null", "/dev/null of the container is not the null device"),
            ("type=cache,target=/dev", "/dev/null of the container is not the null device"),
            ("type=cache,target=/w/fd/3", ThroughProcess),
            ("type=tmpfs,target=/w/self/cwd", ThroughProcess),
            ("type=cache,target=/proc/1/root/new", ThroughProcess),
            ("type=bind,source=file,target=/proc/self/exe", ThroughProcess),
            ("type=cache,target=/proc/self/fd/7/x", ThroughProcess),
            ("type=tmpfs,target=/w/fd/3/x", ThroughProcess),
            ("type=cache,target=/proc/new", "can't mount on /proc/new: it can't be made"),
            ("type=bind,target=/m,bind-propagation=rshared", "a mount has no key 'bind-propagation'"),
            ("type=bind,source=file,target=/dev/console", null),
            ("type=cache,target=/w/self/attr", null),
            ("type=cache,target=/proc/sys/kernel", null),
        })
        {
            CommandResult result = await BuildAsync(ground, $"RUN --mount={mount} {StillShielded}");
            if (refusal is null) result.Succeeded();
            else Assert.Contains(refusal, result.ExitedWith(1).Error, StringComparison.Ordinal);
        }

        // Seen to notice when they are lifted.
        (await BuildAsync(ground, $"RUN --security=insecure {StillShielded}", "--allow", "security.insecure")).ExitedWith(1);
    }

    [EndToEndFact]
    public async Task Sources_and_places_of_mounts_that_links_stand_for_stay_inside_before_and_after_the_step()
    {
        await using HostileGround ground = await StartAsync("");
        string empty = Path.Combine(ground.Canary, "empty");
        await StepAsync($"mkdir /l; ln -s {ground.Canary} /l/out; ln -s {ground.ClimbingCanary} /l/up; ln -s {ground.Canary}/kept /l/kept");
        foreach (string source in new[] { "out", "up", "out/sub", "kept" })
        {
            CommandResult result = await BuildAsync(ground, $"RUN --mount=type=bind,from=hostile,source=/l/{source},target=/m ls /m");
            Assert.Contains("is not in the image docker.io/library/hostile:latest", result.ExitedWith(1).Error, StringComparison.Ordinal);
        }

        foreach (string target in new[] { "/l/out/new", "/l/up/sub", "/l/out/kept" })
            (await BuildAsync(ground, $"RUN --mount=type=cache,target={target} --mount=type=tmpfs,target={target}/tmp echo x > {target}/file")).Succeeded();

        // What was made for a mount is taken away after the step: not where a link leads by then.
        (await BuildAsync(ground, $"RUN --mount=type=cache,target=/made/empty mv /made /elsewhere && ln -s {ground.Canary} /made\nRUN test -L /made")).Succeeded();
        Assert.True(Directory.Exists(empty));

        // What a step left in a cache mount, as the source of the next.
        (await BuildAsync(ground, $"RUN --mount=type=cache,id=c,target=/c ln -s {ground.Canary} /c/link")).Succeeded();
        CommandResult cached = await BuildAsync(ground, "RUN --mount=type=cache,id=c,target=/c,source=link ls /c");
        Assert.Contains("the cache 'c' has no 'link'", cached.ExitedWith(1).Error, StringComparison.Ordinal);
        (await BuildAsync(ground, $"RUN --mount=type=cache,id=../../../../..{ground.Canary},target=/c touch /c/new")).Succeeded();

        async Task StepAsync(string command) => (await BuildAsync(ground, $"RUN {command}", "-t", "hostile")).Succeeded();
    }

    private static async Task<HostileGround> StartAsync(string steps)
    {
        HostileGround ground = new();
        Directory.CreateDirectory(Path.Combine(ground.Canary, "empty"));
        await ground.Workspace.ImportBusyboxAsync();
        ground.Workspace.Write("file", "text\n");
        (await BuildAsync(ground, steps, "-t", "hostile")).Succeeded();
        return ground;
    }

    private static async Task<CommandResult> BuildAsync(HostileGround ground, string steps, params string[] options)
    {
        string from = options.Contains("hostile") ? "busybox" : "hostile";
        ground.Workspace.Write("Dockerfile", $"FROM {from}\n{steps}\n");
        return await ground.RunAsync(["build", "--progress", "plain", .. options, ground.Workspace.Context]);
    }
}
