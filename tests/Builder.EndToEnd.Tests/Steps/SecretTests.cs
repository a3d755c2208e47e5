using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Steps;

/// <summary>RUN --mount=type=secret.</summary>
public sealed class SecretTests
{
    [EndToEndFact]
    public async Task A_secret_is_a_file_or_a_variable_as_the_mount_says()
    {
        await using Workspace workspace = await Workspace.CreateAsync(w => w.ImportBusyboxAsync());
        workspace.Write("s", "value");
        workspace.Environment["TOKEN"] = "from-env";
        (await workspace.BuildTextAsync(
            """
            FROM busybox
            WORKDIR /w
            RUN --mount=type=secret,id=a/s [ "$(cat /run/secrets/s)" = value ] && [ "$(stat -c %a:%u:%g /run/secrets/s)" = 400:0:0 ]
            RUN --mount=type=secret,id=a/s grep -E ' /run/secrets/s tmpfs ro,.*nosuid,nodev,noexec' /proc/mounts && ! (echo x > /run/secrets/s) 2>/dev/null
            RUN --mount=type=secret,src=TOKEN,target=t,mode=0440,uid=5,gid=6 [ "$(cat /w/t)" = from-env ] && [ "$(stat -c %a:%u:%g t)" = 440:5:6 ]
            RUN --mount=type=secret,id=TOKEN,env=T [ "$T" = from-env ] && [ ! -e /run/secrets ]
            RUN --mount=type=secret,id=TOKEN,env= --mount=type=secret,id=TOKEN,env=B,target=/both [ "$TOKEN$B$(cat /both)" = from-envfrom-envfrom-env ]
            RUN --mount=type=secret,target=/x/TOKEN [ "$(cat /x/TOKEN)" = from-env ]
            USER 5
            RUN --mount=type=secret,id=TOKEN,uid=5 cat /run/secrets/TOKEN && [ "$(id -u)" = 5 ]
            RUN --mount=type=secret,id=TOKEN ! cat /run/secrets/TOKEN 2>/dev/null
            USER 0
            RUN [ ! -e /run/secrets ] && [ ! -e /x ] && [ ! -e /both ] && [ -z "$TOKEN" ]
            """, "--secret", "id=a/s,src=s", "--secret", "id=TOKEN")).Succeeded();
    }

    [EndToEndFact]
    public async Task A_missing_secret_is_a_warning_and_a_required_one_an_error()
    {
        await using Workspace workspace = await Workspace.CreateAsync(w => w.ImportBusyboxAsync());
        CommandResult absent = (await workspace.BuildTextAsync(
            "FROM busybox\nRUN --mount=type=secret,id=no --mount=type=secret,id=unset,env=U [ ! -e /run/secrets ] && [ -z \"$U\" ]\n", "--secret", "id=unset,env=NOT_SET")).Succeeded();
        Assert.Contains("the secret 'no' was not given to the build", absent.Error, StringComparison.Ordinal);
        Assert.Contains("the variable NOT_SET of --secret id=unset is not set", absent.Error, StringComparison.Ordinal);
        CommandResult required = (await workspace.BuildTextAsync("FROM busybox\nRUN --mount=type=secret,id=no,required true\n")).ExitedWith(1);
        Assert.Contains("the secret 'no' is required by this step", required.Error, StringComparison.Ordinal);
        Assert.Contains("--secret id=no,src=FILE", required.Error, StringComparison.Ordinal);
        workspace.Write("big", new string('x', (500 << 10) + 1));
        Assert.Contains("is larger than 500 KiB", (await workspace.BuildAsync("--secret", "id=no,src=big")).ExitedWith(125).Error, StringComparison.Ordinal);
        Assert.Contains("there is no file", (await workspace.BuildAsync("--secret", "id=no,src=nowhere")).ExitedWith(125).Error, StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task A_secret_is_neither_in_the_store_nor_in_any_output_and_its_value_does_not_count_for_the_cache()
    {
        await using Workspace workspace = await Workspace.CreateAsync(w => w.ImportBusyboxAsync());
        string[] values = ["sec" + Guid.NewGuid().ToString("N"), "sec" + Guid.NewGuid().ToString("N")];
        string file = workspace.PathTo("secret");
        const string Dockerfile =
            """
            FROM busybox
            ENV KEEP=1
            RUN --mount=type=secret,id=f --mount=type=secret,id=e,env=TOKEN [ -n "$(cat /run/secrets/f)" ] && [ -n "$TOKEN" ] && date > /made
            RUN --mount=type=secret,id=f,target=/etc/deep/key --mount=type=cache,target=/etc/cache wc -c /etc/deep/key
            CMD ["true"]
            """;
        string output = "";
        foreach (string value in values)
        {
            await File.WriteAllTextAsync(file, value);
            workspace.Environment["TOKEN_OF_CALLER"] = value;
            string[] secrets = ["--secret", $"id=f,src={file}", "--secret", "id=e,env=TOKEN_OF_CALLER"];
            CommandResult built = (await workspace.BuildTextAsync(Dockerfile, ["-t", "app", "-o", "type=oci,dest=app.tar", "--load", .. secrets])).Succeeded();
            output += built.Everything;
            output += (await workspace.BuildTextAsync(Dockerfile + "\nRUN --mount=type=secret,id=f --mount=type=secret,id=e,env=TOKEN exit 3\n", secrets)).ExitedWith(1).Everything;
        }

        Assert.Contains("CACHED", output, StringComparison.Ordinal);
        foreach (string[] command in (string[][])[["inspect", "app"], ["history", "--no-trunc", "app"]]) output += (await workspace.RunAsync(command)).Succeeded().Everything;
        foreach (string value in values)
        {
            Assert.DoesNotContain(value, output, StringComparison.Ordinal);
            Assert.Equal("", (await workspace.RunAsync("unshare", "sh", "-c", Search, "search", value, workspace.Store, workspace.Context)).Output);
        }

        // The search does find what is there, compressed or not.
        workspace.Write("planted", values[0]);
        Assert.Contains("planted", (await workspace.RunAsync("unshare", "sh", "-c", Search, "search", values[0], workspace.Context)).Output, StringComparison.Ordinal);
        (await new Command("gzip", workspace.Write("packed", values[0])).RunAsync()).Succeeded();
        Assert.Contains("packed.gz", (await workspace.RunAsync("unshare", "sh", "-c", Search, "search", values[0], workspace.Context)).Output, StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task A_result_that_holds_a_secret_is_refused_and_the_place_is_named()
    {
        await using Workspace workspace = await Workspace.CreateAsync(w => w.ImportBusyboxAsync());
        workspace.Write("key", "correct-horse-battery\n");
        string[] secret = ["--secret", "id=key,src=key", "-t", "leaky"];
        const string Plain = "FROM busybox\nRUN --mount=type=secret,id=key { echo 12345; cat /run/secrets/key; } > /etc/leak; cat /run/secrets/key\n";
        CommandResult plain = (await workspace.BuildTextAsync(Plain, secret)).ExitedWith(1);
        Assert.Contains("Dockerfile:2", plain.Error, StringComparison.Ordinal);
        Assert.Contains("the secret 'key' is in the layer of this step: /etc/leak, at byte 6", plain.Error, StringComparison.Ordinal);
        Assert.Contains("***", plain.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("correct-horse", plain.Error.Replace("cat /run", "", StringComparison.Ordinal), StringComparison.Ordinal);
        (await workspace.RunAsync("run", "--rm", "leaky", "true")).ExitedWith(125);

        // From the cache it is found as well.
        Assert.Contains("/etc/leak, at byte 6", (await workspace.BuildTextAsync(Plain, secret)).ExitedWith(1).Error, StringComparison.Ordinal);
        CommandResult encoded = await workspace.BuildTextAsync("FROM busybox\nRUN --mount=type=secret,id=key base64 /run/secrets/key > /b64\nRUN true\n", secret);
        Assert.Contains("the secret 'key' (base64) is in the layer of this step: /b64, at byte 0", encoded.ExitedWith(1).Error, StringComparison.Ordinal);
        CommandResult config = await workspace.BuildTextAsync("FROM busybox\nENV TOKEN=correct-horse-battery\n", secret);
        Assert.Contains("the secret 'key' is in the image's config, at byte", config.ExitedWith(1).Error, StringComparison.Ordinal);
        CommandResult history = await workspace.BuildTextAsync("FROM busybox\nARG T\nRUN true\n", ["--build-arg", "T=correct-horse-battery", .. secret]);
        Assert.Contains("the secret 'key' is in the image's history", history.ExitedWith(1).Error, StringComparison.Ordinal);
        (await workspace.BuildTextAsync(Plain, ["--no-secret-scan", .. secret])).Succeeded();
    }

    [EndToEndFact]
    public async Task A_secret_goes_into_no_cache_for_others_from_whatever_stage_or_cache_mount()
    {
        await using Workspace workspace = await Workspace.CreateAsync(w => w.ImportBusyboxAsync());
        workspace.Write("key", "correct-horse-battery\n");
        string shared = Directory.CreateDirectory(workspace.PathTo("shared")).FullName;
        const string Leak = "FROM busybox AS leaky\nRUN --mount=type=secret,id=key cp /run/secrets/key /leak\n";
        const string OtherStage = Leak + "FROM busybox\nCOPY --from=leaky /bin/busybox /b\n";
        const string CacheMount = "FROM busybox\nRUN --mount=type=secret,id=key --mount=type=cache,target=/c base64 /run/secrets/key > /c/leak\n";
        Assert.Contains("the secret 'key' is in the layer of this step: /leak, at byte 0", (await BuildAsync(OtherStage, "--cache-to", "type=local,mode=max,dest={0}")).ExitedWith(1).Error, StringComparison.Ordinal);
        (await BuildAsync(OtherStage, "--cache-to", "type=local,dest={0}")).Succeeded();
        (await BuildAsync(Leak, "--cache-to", "type=local,mode=max,dest={0}")).ExitedWith(1);
        Assert.Contains("the secret 'key' (base64) is in the cache mount '/c': /leak, at byte 0", (await BuildAsync(CacheMount, "--mount-cache-to", "type=local,dest={0}")).ExitedWith(1).Error, StringComparison.Ordinal);
        foreach (string form in (string[])["correct-horse", "Y29ycmVjdC1ob3JzZS"])
            Assert.Equal("", (await workspace.RunAsync("unshare", "sh", "-c", Search, "search", form, shared)).Output);

        // What another cache has of it is found on its way from there, though no step is executed and the target has none of it.
        string filled = workspace.PathTo("filled");
        (await BuildAsync(OtherStage, "--no-secret-scan", "--cache-to", $"type=local,mode=max,dest={filled}")).Succeeded();
        await using Workspace other = await Workspace.CreateAsync(w => w.ImportBusyboxAsync());
        other.Write("key", "correct-horse-battery\n");
        string[] passOn = ["--secret", "id=key,src=key", "--cache-from", $"type=local,src={filled}", "--cache-to", $"type=local,mode=max,dest={other.PathTo("passed")}"];
        CommandResult passed = (await other.BuildTextAsync(OtherStage, passOn)).ExitedWith(1);
        Assert.Contains("the secret 'key' is in a layer of the cache", passed.Error, StringComparison.Ordinal);
        Assert.Contains("/leak, at byte 0", passed.Error, StringComparison.Ordinal);
        Assert.Equal("", (await workspace.RunAsync("unshare", "sh", "-c", Search, "search", "correct-horse", other.PathTo("passed"))).Output);

        // It is found where nobody looks for it.
        (await BuildAsync(OtherStage, "--no-secret-scan", "--cache-to", "type=local,mode=max,dest={0},compression=gzip")).Succeeded();
        Assert.NotEqual("", (await workspace.RunAsync("unshare", "sh", "-c", Search, "search", "correct-horse", shared)).Output);

        Task<CommandResult> BuildAsync(string dockerfile, params string[] options) =>
            workspace.BuildTextAsync(dockerfile, ["--secret", "id=key,src=key", .. options.Select(o => o.Replace("{0}", Path.Combine(shared, Guid.NewGuid().ToString("N")), StringComparison.Ordinal))]);
    }

    // Names, contents, and contents of what is compressed.
    private const string Search =
        """
        value=$1; shift
        find "$@" -name "*$value*"
        grep -rlaF -e "$value" "$@"
        find "$@" -type f -exec sh -c 'for f; do gzip -t "$f" 2>/dev/null && gzip -dc "$f" | grep -qaF -e "$0" && echo "$f"; done; true' "$value" {} +
        """;
}
