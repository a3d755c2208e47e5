using System.Text.RegularExpressions;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Builds;

/// <summary>A step that runs again says which input differs.</summary>
public sealed class MissReasonTests
{
    // One stage for each input that is changed, so that one build shows the reasons of all.
    private static readonly Mutation[] Mutations =
    [
        new("content", "COPY content /d/", w => w.Write("content/a", "other"), "content/a: content changed"),
        new("mode", "COPY mode /d/", w => File.SetUnixFileMode(At(w, "mode/a"), (UnixFileMode)0x180), "mode/a: mode changed from 644 to 600"),
        new("added", "COPY added /d/", w => w.Write("added/new", "n"), "added/new: added"),
        new("removed", "COPY removed /d/", w => File.Delete(At(w, "removed/b")), "removed/b: removed"),
        new("type", "COPY type /d/", w => Link(w, "type/b", "a"), "type/b: was a file, is a symbolic link"),
        new("link", "COPY link /d/", w => Link(w, "link/link", "b"), "link/link: link changed from a to b"),
        new("named", "COPY --from=extra / /d/", w => File.AppendAllText(w.PathTo("extra/x"), "+"), "x: content changed (from the context 'extra')"),
        new("owner", "COPY --chown=1:1 one /f", "--chown=2:2", "--chown=1:1", "--chown changed from '1:1' to '2:2'"),
        new("rights", "COPY --chmod=600 one /f", "--chmod=640", "--chmod=600", "--chmod changed from '600' to '640'"),
        new("place", "COPY one /there", "/elsewhere", "/there", "destination changed from '/there' to '/elsewhere'"),
        new("inline", "COPY <<EOF /f\nold\nEOF", "\nnew\n", "\nold\n", "content of a here-document changed"),
        new("argument", "ARG VERSION=1\nRUN : argument", _ => { }, "build argument VERSION changed", ["--build-arg", "VERSION=2"]),
        new("variable", "ENV MODE=fast\nRUN : variable", "MODE=slow", "MODE=fast", "environment variable MODE changed"),
        new("more", "ENV A=1\nRUN : more", "A=1 MORE=1", "A=1", "environment variable MORE was added"),
        new("command", "RUN : old command", ": new command", ": old command", "command changed from '/bin/sh -c : old command' to '/bin/sh -c : new command'"),
        new("user", "USER 1\nRUN : user", "USER 2", "USER 1", "user changed from '1' to '2'"),
        new("directory", "WORKDIR /tmp\nRUN : directory", "WORKDIR /etc", "WORKDIR /tmp", "path changed from '/tmp' to '/etc'"),
        new("network", "RUN --network=none : network", "--network=default", "--network=none", "network changed from 'none' to 'default'"),
        new("mount", "RUN --mount=type=tmpfs,target=/t : mount", "target=/u", "target=/t", "mount 1 changed from 'tmpfs /t  0' to 'tmpfs /u  0'"),
        new("secret", "RUN --mount=type=secret,id=a,target=/s : secret", "id=b", "id=a", "mount 1 changed from 'secret /s a  256 0 0' to 'secret /s b  256 0 0'"),
        new("step", "COPY one /g", "RUN : first\nCOPY", "COPY", "it is a new step: no earlier build had it"),
        new("gone", "RUN : gone", w => Evict(w, "RUN : gone"), "its result was evicted: nothing differs, but the cache does not hold it any more"),
        new("parent", "COPY parent /d/\nRUN : parent", w => w.Write("parent/a", "other"), "parent/a: content changed") { Second = "parent step [parent 2/3] COPY parent /d/ changed" },
    ];

    [EndToEndFact]
    public async Task Each_change_of_one_input_is_named_by_the_step_that_has_it()
    {
        await using Workspace workspace = await PreparedAsync();
        (await BuildAsync(workspace)).Succeeded();

        foreach (Mutation mutation in Mutations) mutation.Change(workspace);
        WriteDockerfile(workspace, m => m.Changed);
        (await workspace.RunAsync("tag", "other", "base")).Succeeded();
        CommandResult build = (await BuildAsync(workspace, ["--explain", "--build-arg", "http_proxy=http://proxy.invalid", .. Mutations.SelectMany(m => m.Arguments)])).Succeeded();

        string report = build.Error[build.Error.IndexOf("\ncache: ", StringComparison.Ordinal)..];
        foreach (Mutation mutation in Mutations)
        {
            string[] expected = mutation.Second is { } second ? [mutation.Reason, second] : [mutation.Reason];
            Assert.True(Reasons(build, mutation.Stage).Take(expected.Length).SequenceEqual(expected), $"{mutation.Stage}: expected '{mutation.Reason}' in\n{build}");
            Assert.Contains($"\n    {mutation.Reason}\n", report, StringComparison.Ordinal);
        }

        Assert.Matches(Pattern(@"\Abase image changed from docker\.io/library/\w+:latest@sha256:\w+ to docker\.io/library/base:latest@sha256:\w+\z"), Reasons(build, "based")[0]);
        Assert.Empty(Reasons(build, "untouched"));

        int line = File.ReadAllLines(At(workspace, "Dockerfile")).ToList().IndexOf("COPY content /d/") + 1;
        string told = (await workspace.RunAsync("cache", "why", $"content/{line}")).Succeeded().Output;
        Assert.Contains("\n  content/a: content changed\n", told, StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task A_step_that_runs_because_somebody_said_so_names_the_flag()
    {
        await using Workspace workspace = new();
        workspace.Write("a", "1");
        (await workspace.BuildTextAsync("FROM scratch AS make\nCOPY a /a\nFROM make\n")).Succeeded();

        Assert.Equal(["--no-cache was given"], Reasons((await workspace.BuildAsync("--no-cache")).Succeeded(), "make"));
        Assert.Equal(["--no-cache-filter names its stage 'make'"], Reasons((await workspace.BuildAsync("--no-cache-filter", "make")).Succeeded(), "make"));
    }

    [EndToEndFact]
    public async Task Expect_cached_fails_a_build_that_had_to_run_something_and_cache_why_tells_it_later()
    {
        const string Text = "FROM scratch AS make\nCOPY content /d/\nFROM scratch\nCOPY --from=make /d/a /a\nCOPY one /one\n";
        await using Workspace workspace = new();
        workspace.Write("content/a", "1");
        workspace.Write("one", "1");
        (await workspace.BuildTextAsync(Text)).Succeeded();
        (await workspace.BuildAsync("--expect-cached")).Succeeded();
        workspace.Write("one", "2");
        CommandResult failed = await workspace.BuildAsync("--expect-cached", "--explain", "-t", "unwanted");

        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("1 step had to be executed, but --expect-cached was given", failed.Error, StringComparison.Ordinal);
        Assert.Contains("(line 5)\n    one: content changed", failed.Error, StringComparison.Ordinal);
        Assert.NotEqual(0, (await workspace.RunAsync("inspect", "unwanted")).ExitCode);
        foreach (string step in new[] { "3", ":5", "1/5", "COPY one" })
            Assert.Contains("one: content changed", (await workspace.RunAsync("cache", "why", step)).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("nothing differs", (await workspace.RunAsync("cache", "why", "COPY content")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("had no step 'none of them'", (await workspace.RunAsync("cache", "why", "none of them")).Error, StringComparison.Ordinal);
    }

    private static Task<Workspace> PreparedAsync() => Workspace.CreateAsync(async workspace =>
    {
        await workspace.ImportBusyboxAsync();
        Directory.CreateDirectory(workspace.PathTo("extra"));
        File.WriteAllText(workspace.PathTo("extra/x"), "1");
        workspace.Write("one", "1");
        (await workspace.BuildTextAsync("FROM scratch\nCOPY one /one\n", "-t", "other")).Succeeded();
        (await workspace.RunAsync("tag", "busybox", "base")).Succeeded();
        foreach (string directory in new[] { "content", "mode", "added", "removed", "type", "link", "parent" })
        {
            File.SetUnixFileMode(workspace.Write($"{directory}/a", "1"), (UnixFileMode)0x1A4);
            workspace.Write($"{directory}/b", "2");
            Link(workspace, $"{directory}/link", "a");
        }

        WriteDockerfile(workspace, m => m.Text);
    });

    private static void WriteDockerfile(Workspace workspace, Func<Mutation, string> text) => workspace.Write("Dockerfile", $"""
        {string.Join('\n', Mutations.Select(m => $"FROM busybox AS {m.Stage}\n{text(m)}"))}
        FROM base AS based
        COPY one /f
        FROM busybox AS untouched
        RUN : untouched
        FROM scratch
        {string.Join('\n', Mutations.Select(m => m.Stage).Concat(["based", "untouched"]).Select(s => $"COPY --from={s} /on[e] /{s}/"))}
        """);

    private static Task<CommandResult> BuildAsync(Workspace workspace, params IEnumerable<string> arguments) =>
        workspace.BuildAsync(["--build-context", "extra=" + workspace.PathTo("extra"), .. arguments]);

    // As the cache does when it is full.
    private static void Evict(Workspace workspace, string step)
    {
        string record = Directory.GetFiles(Path.Combine(workspace.Store, "records")).Single(f => File.ReadAllText(f).Contains($"\"{step}\"", StringComparison.Ordinal));
        File.Delete(record);
    }

    private static string At(Workspace workspace, string path) => Path.Combine(workspace.Context, path);

    private static void Link(Workspace workspace, string path, string target)
    {
        File.Delete(At(workspace, path));
        File.CreateSymbolicLink(At(workspace, path), target);
    }

    // In the order of the steps of the stage.
    private static string[] Reasons(CommandResult build, string stage)
    {
        var labels = new SortedDictionary<int, string>();
        var reasons = new Dictionary<int, string>();
        foreach (Match line in Pattern(@"^#(\d+) (.*)$", RegexOptions.Multiline).Matches(build.Error))
        {
            int number = int.Parse(line.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
            string text = line.Groups[2].Value;
            labels.TryAdd(number, text);
            if (text.StartsWith("not cached: ", StringComparison.Ordinal)) reasons[number] = Pattern(@" \(and \d+ more\)\z").Replace(text["not cached: ".Length..], "");
        }

        return [.. labels.Where(l => l.Value.StartsWith($"[{stage} ", StringComparison.Ordinal) && reasons.ContainsKey(l.Key)).Select(l => reasons[l.Key])];
    }

    private static Regex Pattern(string text, RegexOptions options = RegexOptions.None) => new(text, options, TimeSpan.FromSeconds(5));

    private sealed record Mutation(string Stage, string Text, Action<Workspace> Change, string Reason, params string[] Arguments)
    {
        public Mutation(string stage, string text, string replacement, string old, string reason)
            : this(stage, text, _ => { }, reason) => Changed = text.Replace(old, replacement, StringComparison.Ordinal);

        public string Changed { get; } = Text;

        public string? Second { get; init; }
    }
}
