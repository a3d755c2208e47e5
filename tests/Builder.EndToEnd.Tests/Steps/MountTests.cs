using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Steps;

/// <summary>RUN --mount of the types bind, cache and tmpfs.</summary>
public sealed class MountTests
{
    [EndToEndFact]
    public async Task Bind_mounts_show_context_stage_and_image_and_what_is_written_is_discarded()
    {
        await using Workspace workspace = await Workspace.CreateAsync(w => w.ImportBusyboxAsync());
        workspace.Write("src/a", "a");
        workspace.Write("src/hidden", "h");
        workspace.Write(".dockerignore", "src/hidden\n");
        (await workspace.BuildTextAsync(
            """
            FROM busybox AS tools
            RUN mkdir /t && echo tool > /t/f
            FROM busybox
            WORKDIR /w
            RUN --mount=source=src,target=in [ "$(ls /w/in)" = a ] && ! touch in/b 2>/dev/null
            RUN --mount=source=src,target=in,rw echo changed > in/a && cat in/a && echo new > in/new
            RUN --mount=source=src,target=in [ "$(cat in/a)" = a ] && [ ! -e in/new ]
            RUN --mount=from=tools,source=/t,target=/t,rw rm /t/f && echo x > /t/g
            RUN --mount=from=tools,source=/t/f,target=/one --mount=from=tools,source=/t,target=/t [ "$(cat /one /t/f)" = "$(printf 'tool\ntool')" ] && ! touch /t/g 2>/dev/null
            RUN --mount=from=busybox,target=/img [ -x /img/bin/busybox ] && [ ! -e /img/w ]
            RUN ! ls /w/in /t /one /img 2>/dev/null
            """)).Succeeded();
        Assert.Equal("a", await File.ReadAllTextAsync(Path.Combine(workspace.Context, "src/a")));
        CommandResult missing = (await workspace.BuildTextAsync("FROM busybox\nRUN --mount=source=scr,target=/in true\n")).ExitedWith(1);
        Assert.Contains("scr", missing.Error, StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task Cache_mounts_keep_what_steps_leave_and_never_reach_a_layer()
    {
        await using Workspace workspace = await Workspace.CreateAsync(w => w.ImportBusyboxAsync());
        (await workspace.BuildTextAsync(
            """
            FROM busybox AS seed
            RUN mkdir -p /s/sub && echo seed > /s/sub/f && chown 7:8 /s && chmod 750 /s
            FROM busybox
            WORKDIR /w
            RUN --mount=type=cache,target=./c// [ "$(stat -c %a:%u:%g /w/c)" = 755:0:0 ] && echo 1 > c/f
            RUN --mount=type=cache,id=c,target=/elsewhere,mode=0700,uid=5 [ "$(stat -c %a:%u /elsewhere)" = 755:0 ] && cat /elsewhere/f
            RUN --mount=type=cache,id=c,target=/ro,ro ! touch /ro/x 2>/dev/null
            RUN --mount=type=cache,target=/owned,mode=0710,uid=5,gid=6 [ "$(stat -c %a:%u:%g /owned)" = 710:5:6 ]
            RUN --mount=type=cache,target=/s,from=seed,source=/s [ "$(stat -c %a:%u:%g /s)" = 750:7:8 ] && [ "$(cat /s/sub/f)" = seed ] && echo kept > /s/sub/f
            RUN --mount=type=cache,id=/s,target=/x,from=seed,source=s,mode=0777 [ "$(stat -c %a /x)" = 750 ] && [ "$(cat /x/sub/f)" = kept ]
            RUN --mount=type=cache,id=/s,target=/p,sharing=private [ "$(cat /p/s/sub/f)" = kept ]
            RUN --mount=type=cache,id=twice,target=/1,sharing=locked --mount=type=cache,id=twice,target=/2,sharing=locked echo x > /1/f && cat /2/f
            RUN ! ls /w/c /s /owned /elsewhere 2>/dev/null
            """, "-t", "first")).Succeeded();
        (await workspace.BuildTextAsync("FROM busybox\nRUN --mount=type=cache,id=c,target=/c [ \"$(cat /c/f)\" = 1 ]\n", "--no-cache")).Succeeded();
        (await workspace.BuildTextAsync(
            "FROM busybox\nRUN --mount=type=cache,id=c,target=/c [ ! -e /c/f ]\n", "--build-arg", "BUILDKIT_CACHE_MOUNT_NS=other")).Succeeded();
        CommandResult missing = (await workspace.BuildTextAsync("FROM busybox\nRUN --mount=type=cache,id=c,target=/c,source=no/such true\n")).ExitedWith(1);
        Assert.Contains("the cache 'c' has no 'no/such'", missing.Error, StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task A_locked_cache_is_used_by_one_build_at_a_time_and_is_free_when_its_owner_is_killed()
    {
        await using Workspace workspace = await Workspace.CreateAsync(w => w.ImportBusyboxAsync());
        const string Step = "FROM busybox\nARG N\nRUN --mount=type=cache,target=/c,sharing=locked mkdir /c/held && sleep 1 && rmdir /c/held\n";
        workspace.Write("Dockerfile", Step);
        CommandResult[] both = await Task.WhenAll(workspace.BuildAsync("--build-arg", "N=1"), workspace.BuildAsync("--build-arg", "N=2"));
        foreach (CommandResult result in both) result.Succeeded();
        Assert.Contains(both, r => r.Error.Contains("waiting for the cache '/c'", StringComparison.Ordinal));

        workspace.Write("Dockerfile", "FROM busybox\nRUN --mount=type=cache,target=/c,sharing=locked touch /c/begun && sleep 300\n");
        using RunningCommand holder = workspace.Command("build", "--progress", "plain", workspace.Context).Start();
        string mark = Path.Combine(workspace.Store, "cachemounts");
        for (int i = 0; i < 600 && Directory.GetFiles(mark, "begun", SearchOption.AllDirectories).Length == 0; i++) await Task.Delay(100);
        holder.Kill();
        workspace.Write("Dockerfile", "FROM busybox\nRUN --mount=type=cache,target=/c,sharing=locked ls /c/begun\n");
        (await workspace.BuildAsync()).Succeeded();
    }

    [EndToEndFact]
    public async Task A_private_cache_in_use_is_not_shared_and_a_shared_one_is()
    {
        await using Workspace workspace = await Workspace.CreateAsync(w => w.ImportBusyboxAsync());
        const string Wait = "for i in $(seq 600); do [ -e /meet/$OTHER ] && break; sleep 0.1; done; [ -e /meet/$OTHER ]";
        string Stages(string sharing, string check) =>
            $"""
            FROM busybox AS one
            ENV ME=1 OTHER=2
            RUN --mount=type=cache,id=c,target=/c,sharing={sharing} --mount=type=cache,id=meet-{sharing},target=/meet touch /c/$ME /meet/$ME && {Wait} && {check}
            FROM busybox AS two
            ENV ME=2 OTHER=1
            RUN --mount=type=cache,id=c,target=/c,sharing={sharing} --mount=type=cache,id=meet-{sharing},target=/meet touch /c/$ME /meet/$ME && {Wait} && {check}
            FROM busybox
            COPY --from=one /bin/busybox /1
            COPY --from=two /bin/busybox /2
            """;
        (await workspace.BuildTextAsync(Stages("private", "[ ! -e /c/$OTHER ]"))).Succeeded();
        (await workspace.BuildTextAsync(Stages("shared", "[ -e /c/$OTHER ]"))).Succeeded();
    }

    [EndToEndFact]
    public async Task A_tmpfs_has_the_mode_of_the_directory_it_covers_and_else_can_be_written_by_all()
    {
        await using Workspace workspace = await Workspace.CreateAsync(w => w.ImportBusyboxAsync());
        (await workspace.BuildTextAsync(
            """
            FROM busybox
            RUN mkdir -m 700 /a && mkdir -m 2775 /b && chown 5:6 /a /b
            RUN --mount=type=tmpfs,target=/a --mount=type=tmpfs,target=/b --mount=type=tmpfs,target=/c \
                [ "$(stat -c '%a %u:%g' /a /b /c | tr '\n' ' ')" = "700 0:0 2775 0:0 1777 0:0 " ]
            """)).Succeeded();
    }

    [EndToEndFact]
    public async Task A_tmpfs_has_a_size_runs_programs_and_hides_nothing_that_is_mounted_in_it()
    {
        await using Workspace workspace = await Workspace.CreateAsync(w => w.ImportBusyboxAsync());
        workspace.Write("s", "secret");
        (await workspace.BuildTextAsync(
            """
            FROM busybox
            RUN --mount=type=tmpfs,target=/t,size=1m grep ' /t tmpfs .*nosuid' /proc/mounts && ! dd if=/dev/zero of=/t/f bs=64k count=32 2>/dev/null
            RUN --mount=type=tmpfs,target=/t printf '#!/bin/sh\necho ran\n' > /t/x && chmod +x /t/x && [ "$(/t/x)" = ran ]
            RUN --mount=type=tmpfs,target=/t,ro ! touch /t/x 2>/dev/null
            RUN --mount=type=secret,id=s,target=/t/deep/s --mount=type=tmpfs,target=/t [ "$(cat /t/deep/s)" = secret ]
            RUN <<EOF
            #!/bin/sh
            echo script > /script
            EOF
            RUN [ "$(cat /script)" = script ] && [ ! -e /t ] && [ ! -e /dev/pipes ]
            """, "--secret", "id=s,src=s")).Succeeded();
    }

    [EndToEndFact]
    public async Task Mount_points_leave_no_trace_and_what_a_step_does_to_a_directory_around_them_stays()
    {
        await using Workspace workspace = await Workspace.CreateAsync(w => w.ImportBusyboxAsync());
        (await workspace.BuildTextAsync(
            """
            FROM busybox
            RUN mkdir -p /d/e && touch -d '2001-02-03 04:05:06' /d /d/e
            RUN --mount=type=tmpfs,target=/d/e/f/g --mount=type=tmpfs,target=/d/h true
            RUN [ "$(stat -c %Y /d):$(stat -c %Y /d/e)" = "$(date -d '2001-02-03 04:05:06' +%s):$(date -d '2001-02-03 04:05:06' +%s)" ] && [ "$(ls /d /d/e)" = "$(printf '/d:\ne\n\n/d/e:')" ]
            RUN --mount=type=tmpfs,target=/d/e/f chmod 700 /d/e && chown 3:4 /d
            RUN [ "$(stat -c %a /d/e):$(stat -c %u /d)" = 700:3 ]
            RUN --mount=type=tmpfs,target=/k/m touch /k/mine
            RUN [ "$(ls /k)" = mine ] && [ ! -e /etc/hosts ] || [ -s /etc/hosts ]
            """)).Succeeded();
    }
}
