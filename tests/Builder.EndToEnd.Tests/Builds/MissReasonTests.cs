using System.Text.RegularExpressions;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Builds;

/// <summary>A step that runs again says which input differs.</summary>
public sealed class MissReasonTests
{
    private const string Dockerfile = """
        FROM busybox AS make
        ARG VERSION=1
        ENV MODE=fast
        WORKDIR /work
        COPY --exclude=none src /src/
        RUN cat /src/a > made
        FROM busybox
        COPY --chown=1:1 --from=make /work/made /made
        COPY one.txt /one.txt
        """;

    // What is done between two builds, and what the first step that runs then says.
    private static readonly (string Name, Action<Workspace> Change, string[] Arguments, string Reason)[] Mutations =
    [
        ("content", w => w.Write("src/a", "other"), [], "src/a: content changed"),
        ("mode", w => File.SetUnixFileMode(At(w, "src/a"), (UnixFileMode)0x180), [], "src/a: mode changed from 644 to 600"),
        ("added", w => w.Write("src/new", "n"), [], "src/new: added"),
        ("removed", w => File.Delete(At(w, "src/b")), [], "src/b: removed"),
        ("type", w => Link(w, "src/b", "a"), [], "src/b: was a file, is a symbolic link"),
        ("link", w => Link(w, "src/link", "b"), [], "src/link: link changed from a to b"),
        ("one file", w => w.Write("one.txt", "2"), [], "one.txt: content changed"),
        ("build argument", _ => { }, ["--build-arg", "VERSION=2"], "build argument VERSION changed"),
        ("variable", w => Edit(w, "MODE=fast", "MODE=slow"), [], "environment variable MODE changed"),
        ("new variable", w => Edit(w, "MODE=fast", "MODE=fast MORE=1"), [], "environment variable MORE was added"),
        ("command", w => Edit(w, "cat /src/a > made", "cat /src/b > made"), [], "command changed from '/bin/sh -c cat /src/a > made' to '/bin/sh -c cat /src/b > made'"),
        ("network", _ => { }, ["--network", "none"], "network changed from 'default' to 'none'"),
        ("owner", w => Edit(w, "--chown=1:1", "--chown=2:2"), [], "--chown changed from '1:1' to '2:2'"),
        ("destination", w => Edit(w, "/one.txt", "/two.txt"), [], "destination changed from '/one.txt' to '/two.txt'"),
        ("no cache", _ => { }, ["--no-cache"], "--no-cache was given"),
        ("stage without cache", _ => { }, ["--no-cache-filter", "make"], "--no-cache-filter names its stage 'make'"),
        ("new step", w => Edit(w, "COPY one.txt", "RUN true\nCOPY one.txt"), [], "it is a new step: no earlier build had it"),
    ];

    [EndToEndFact]
    public async Task Each_change_of_one_input_is_named_by_the_first_step_that_runs()
    {
        await using Workspace workspace = await PreparedAsync();
        foreach ((string name, Action<Workspace> change, string[] arguments, string reason) in Mutations)
        {
            Reset(workspace);
            (await workspace.BuildAsync()).Succeeded();
            change(workspace);
            CommandResult changed = (await workspace.BuildAsync(arguments)).Succeeded();
            Assert.True(Reasons(changed).FirstOrDefault() == reason, $"{name}: expected '{reason}' in\n{changed}");
        }
    }

    [EndToEndFact]
    public async Task A_changed_base_image_an_evicted_result_and_a_changed_parent_are_named()
    {
        await using Workspace workspace = await PreparedAsync();
        (await workspace.BuildAsync()).Succeeded();
        foreach (string record in Directory.GetFiles(Path.Combine(workspace.Store, "records"))) File.Delete(record);
        Assert.StartsWith("its result was evicted", Reasons((await workspace.BuildAsync()).Succeeded())[0], StringComparison.Ordinal);

        workspace.Write("src/a", "other");
        Assert.Equal(["src/a: content changed", "parent step [make 3/4] COPY --exclude=none src /src/ changed"],
            Reasons((await workspace.BuildAsync()).Succeeded())[..2]);

        (await workspace.BuildTextAsync("FROM busybox\nRUN touch /new\n", "-t", "busybox")).Succeeded();
        workspace.Write("Dockerfile", Dockerfile);
        string reason = Reasons((await workspace.BuildAsync()).Succeeded())[0];
        Assert.Matches(new Regex(@"\Abase image changed from docker\.io/library/busybox:latest@sha256:\w+ to docker\.io/library/busybox:latest@sha256:\w+\z", RegexOptions.None, TimeSpan.FromSeconds(1)), reason);
    }

    [EndToEndFact]
    public async Task Expect_cached_fails_a_build_that_had_to_run_something_and_cache_why_tells_it_later()
    {
        await using Workspace workspace = await PreparedAsync();
        (await workspace.BuildAsync()).Succeeded();
        (await workspace.BuildAsync("--expect-cached")).Succeeded();
        workspace.Write("one.txt", "2");
        CommandResult failed = await workspace.BuildAsync("--expect-cached", "--explain", "-t", "unwanted");

        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("1 step had to be executed, but --expect-cached was given", failed.Error, StringComparison.Ordinal);
        Assert.Contains("(line 9)\n    one.txt: content changed", failed.Error, StringComparison.Ordinal);
        Assert.NotEqual(0, (await workspace.RunAsync("inspect", "unwanted")).ExitCode);
        foreach (string step in new[] { "5", ":9", "1/9", "one.txt" })
        {
            string told = (await workspace.RunAsync("cache", "why", step)).Succeeded().Output;
            Assert.Contains("one.txt: content changed", told, StringComparison.Ordinal);
        }

        Assert.Contains("nothing differs", (await workspace.RunAsync("cache", "why", "RUN cat")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("had no step 'none of them'", (await workspace.RunAsync("cache", "why", "none of them")).Error, StringComparison.Ordinal);
    }

    private static Task<Workspace> PreparedAsync() => Workspace.CreateAsync(async workspace =>
    {
        await workspace.ImportBusyboxAsync();
        Reset(workspace);
    });

    private static void Reset(Workspace workspace)
    {
        if (Directory.Exists(At(workspace, "src"))) Directory.Delete(At(workspace, "src"), recursive: true);
        foreach ((string path, string content) in new[] { ("src/a", "1"), ("src/b", "2"), ("one.txt", "1"), ("Dockerfile", Dockerfile) }) workspace.Write(path, content);
        File.SetUnixFileMode(At(workspace, "src/a"), (UnixFileMode)0x1A4);
        Link(workspace, "src/link", "a");
    }

    private static string At(Workspace workspace, string path) => Path.Combine(workspace.Context, path);

    private static void Link(Workspace workspace, string path, string target)
    {
        File.Delete(At(workspace, path));
        File.CreateSymbolicLink(At(workspace, path), target);
    }

    private static void Edit(Workspace workspace, string old, string replacement)
    {
        Assert.Contains(old, Dockerfile, StringComparison.Ordinal);
        workspace.Write("Dockerfile", Dockerfile.Replace(old, replacement, StringComparison.Ordinal));
    }

    private static string[] Reasons(CommandResult build) =>
    [
        .. build.Error.Split('\n').Select(l => l.Split("not cached: ", 2)).Where(p => p.Length == 2)
            .Select(p => Regex.Replace(p[1], @" \(and \d+ more\)\z", "", RegexOptions.None, TimeSpan.FromSeconds(1))),
    ];
}
