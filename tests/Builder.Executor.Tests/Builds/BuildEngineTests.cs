using Builder.Cache.Images;
using Builder.Cache.Layers;
using Builder.Cache.Snapshots;
using Builder.Executor.Events;
using Builder.Executor.Tests.Trees;
using Builder.Graph;
using Builder.Graph.Operations;
using Builder.Linux.Files;
using Builder.Sandbox;
using Builder.Sandbox.Plans;

namespace Builder.Executor.Tests.Builds;

public sealed class BuildEngineTests : IDisposable
{
    private readonly TestBuild _build = new();

    [RootFact]
    public async Task A_copy_onto_scratch_makes_one_layer_and_the_second_build_is_the_same_image_without_work()
    {
        _build.Context.With("app/run=1 755", "app/doc=2");
        _build.Copy(_build.Scratch(), _build.ContextVertex(), "app", "/opt/app/");
        _build.Metadata("CMD [\"/opt/app/run\"]");

        BuildResult first = await _build.ExecuteAsync();
        File.SetLastWriteTimeUtc(_build.Context.At("app/doc"), DateTime.UnixEpoch);
        BuildResult second = await _build.ExecuteAsync();

        Assert.Equal((1, 0), (first.ExecutedVertices, second.ExecutedVertices));
        Assert.Equal(first.ConfigBytes.ToArray(), second.ConfigBytes.ToArray());
        Assert.Equal(["opt/ 755 0:0", "opt/app/ 755 0:0", "opt/app/doc=2 644 0:0", "opt/app/run=1 755 0:0"], Files(first));
        Assert.Equal(first.Config.RootFs.DiffIds, [Assert.Single(first.Layers).DiffId]);
        Assert.Equal([false, true], first.Config.History.Select(h => h.EmptyLayer));
        Assert.Equal(first.Config.History[0].Created, first.Config.History[1].Created);
        Assert.Equal(first.Config.History[0].Created, first.Config.Created);
        Assert.All(first.Config.History, h => Assert.Equal("buildkit.dockerfile.v0", h.Comment));
    }

    [RootFact]
    public async Task A_changed_file_executes_its_copy_and_what_stands_on_it_and_nothing_before()
    {
        _build.Context.With("a=1", "b=1");
        _build.Commands["touch"] = Write("touched", "t");
        void Describe()
        {
            _build.Clear();
            VertexId context = _build.ContextVertex();
            _build.Run(_build.Copy(_build.Copy(_build.Scratch(), context, "a", "/"), context, "b", "/"), "touch");
        }

        Describe();
        await _build.ExecuteAsync();
        _build.Context.With("b=2");
        Describe();
        BuildResult result = await _build.ExecuteAsync();

        Assert.Equal(2, result.ExecutedVertices);
        Assert.Equal(["a=1", "b=2", "touched=t"], Files(result, withMetadata: false));
        Assert.Equal(3, result.Layers.Count);
        Assert.Contains("cached COPY a /", _build.Log());
        Assert.Contains("completed COPY b /", _build.Log());
    }

    [RootFact]
    public async Task What_a_stage_made_is_copied_with_its_owner_and_the_copy_hits_when_another_command_makes_the_same()
    {
        _build.Commands["make"] = _build.Commands["make2"] = (root, _, _) =>
        {
            using DirectoryHandle directory = DirectoryHandle.Open(root);
            directory.CreateFile("out"u8, 0x1ED).Dispose();
            directory.SetOwner("out"u8, 7, 8);
            return new SandboxExit(0, null);
        };
        void Describe(string command)
        {
            _build.Clear();
            VertexId scratch = _build.Scratch();
            _build.Copy(scratch, _build.Run(scratch, command), "out", "/bin/");
        }

        Describe("make");
        BuildResult first = await _build.ExecuteAsync();
        Describe("make2");
        BuildResult second = await _build.ExecuteAsync();
        Describe("make2");
        BuildResult third = await _build.ExecuteAsync();

        Assert.Equal(["bin/ 755 0:0", "bin/out= 755 7:8"], Files(first));
        Assert.Equal((2, 1, 0), (first.ExecutedVertices, second.ExecutedVertices, third.ExecutedVertices));
        Assert.Equal(first.ConfigBytes.ToArray(), second.ConfigBytes.ToArray());
        Assert.Single(first.Layers);
    }

    [RootFact]
    public async Task No_cache_executes_everything_again_and_keeps_the_results_for_the_next()
    {
        _build.Commands["touch"] = Write("f", "1");
        _build.Run(_build.Scratch(), "touch");

        await _build.ExecuteAsync();
        BuildResult forced = await _build.ExecuteAsync(noCache: true);
        BuildResult after = await _build.ExecuteAsync();

        Assert.Equal((1, 0), (forced.ExecutedVertices, after.ExecutedVertices));
        Assert.Equal(forced.ConfigBytes.ToArray(), after.ConfigBytes.ToArray());
    }

    [RootFact]
    public async Task A_command_that_fails_fails_the_build_and_leaves_nothing()
    {
        _build.Commands["false"] = (_, _, io) =>
        {
            io.OnOutput(2, "cannot\n"u8);
            return new SandboxExit(3, null);
        };
        _build.Run(_build.Scratch(), "false");

        var e = await Assert.ThrowsAsync<BuildFailedException>(() => _build.ExecuteAsync());

        Assert.Equal(("process \"false\" did not complete successfully: exit code: 3", 3), (e.Message, e.ExitCode));
        Assert.Equal("RUN false", e.Vertex.Origin.SourceText);
        Assert.Equal(["cannot"], e.Output);
        Assert.Empty(_build.Drafts);
        Assert.Equal(["started RUN false", "output cannot", "failed RUN false: " + e.Message], _build.Log());
    }

    [RootFact]
    public async Task A_missing_source_fails_before_any_command_runs()
    {
        _build.Context.With("main.go=1");
        _build.Commands["slow"] = Write("f", "1");
        VertexId slow = _build.Run(_build.Scratch(), "slow");
        _build.Copy(_build.Copy(slow, _build.ContextVertex(), "man.go", "/"), _build.ContextVertex(), "../up", "/");

        var e = await Assert.ThrowsAsync<BuildFailedException>(() => _build.ExecuteAsync());

        Assert.Equal(("'man.go' is not in the build context", "did you mean 'main.go'?"), (e.Message, e.Hint));
        Assert.Equal("COPY man.go /", e.Vertex.Origin.SourceText);
        Assert.Equal(["'../up' is outside of the build context"], e.Further.Select(fault => fault.Message));
        Assert.Empty(_build.Sandboxes.Plans);
    }

    [RootFact]
    public async Task A_base_image_keeps_its_layers_and_history_below_the_new_ones()
    {
        _build.Context.With("etc/passwd=app:x:5:6::/:", "f=1");
        _build.Copy(_build.Scratch(), _build.ContextVertex(), "etc", "/etc");
        StoredImage image = Put(await _build.ExecuteAsync());

        _build.Clear();
        _build.Copy(_build.Workdir(_build.Image(image), "/home/app", "app"), _build.ContextVertex(), "f", "/home/app/", c => c with { Chown = "app" });
        BuildResult result = await _build.ExecuteAsync();

        Assert.Equal(
            ["etc/ 755 0:0", "etc/passwd=app:x:5:6::/: 644 0:0", "home/ 755 5:6", "home/app/ 755 5:6", "home/app/f=1 644 5:6"], Files(result));
        Assert.Equal(image.Layers[0], result.Layers[0]);
        Assert.Equal(["COPY etc /etc", "WORKDIR /home/app", "COPY f /home/app/"], result.Config.History.Select(h => h.CreatedBy));
        Assert.Equal(3, result.Config.RootFs.DiffIds.Count);
    }

    [RootFact]
    public async Task An_image_with_new_metadata_only_is_not_unpacked_and_takes_the_time_of_its_base()
    {
        _build.Context.With("f=1");
        _build.Copy(_build.Scratch(), _build.ContextVertex(), "f", "/");
        StoredImage image = Put(await _build.ExecuteAsync());

        _build.Clear();
        _build.Image(image);
        _build.Metadata("ENV A=1");
        BuildResult result = await _build.ExecuteAsync();

        Assert.Null(result.Snapshot);
        Assert.Equal(image.Layers, result.Layers);
        Assert.Equal(image.Config.Created, result.Config.Created);
        Assert.Equal(["cached FROM base"], _build.Log());
    }

    [RootFact]
    public async Task A_file_removed_by_a_later_step_is_gone_from_the_result()
    {
        _build.Context.With("a/x=1", "a/y=2");
        VertexId context = _build.ContextVertex();
        VertexId copied = _build.Copy(_build.Copy(_build.Scratch(), context, "a", "/a"), context, "a/x", "/b/");
        _build.Commands["rm"] = (root, plan, _) =>
        {
            Assert.IsType<OverlayRoot>(plan.Root);
            using DirectoryHandle upper = DirectoryHandle.Open(root);
            upper.MakeDirectory("a"u8, 0x1ED);
            using DirectoryHandle a = upper.OpenDirectory("a"u8);
            a.MakeNode("x"u8, FileType.CharacterDevice, 0, 0, 0);
            return new SandboxExit(0, null);
        };
        _build.Run(copied, "rm");

        Assert.Equal(["a/", "a/y=2", "b/", "b/x=1"], Files(await _build.ExecuteAsync(), withMetadata: false));
    }

    [RootFact]
    public async Task Mounts_of_stages_and_contexts_are_in_the_plan_and_ignored_files_are_not()
    {
        _build.Context.With("src/a=1", "src/secret=s", ".dockerignore=src/secret");
        _build.IgnoreFile = _build.Context.At(".dockerignore");
        _build.Commands["tool"] = Write("tool", "t");
        _build.Commands["use"] = (_, plan, _) =>
        {
            var context = Assert.IsType<TreeMount>(plan.Mounts[0]);
            var stage = Assert.IsType<TreeMount>(plan.Mounts[1]);
            var cache = Assert.IsType<TreeMount>(plan.Mounts[2]);
            var script = Assert.IsType<FileMount>(plan.Mounts[3]);
            string contextRoot = ((DirectoryRoot)context.Root).Path;
            var stageRoot = Assert.IsType<OverlayRoot>(stage.Root);
            Assert.StartsWith("d-", Path.GetRelativePath(stageRoot.BaseDirectory, stageRoot.UpperDirectory!), StringComparison.Ordinal);
            Assert.Equal(["a"], Directory.GetFiles(contextRoot + context.Source).Select(Path.GetFileName));
            Assert.True(File.Exists(Path.Combine(stageRoot.BaseDirectory, stageRoot.LowerDirectories[0], "tool")));
            Assert.Equal(("/src", "/m", "/cache", "/script", 0x1ED), (context.Target, stage.Target, cache.Target, script.Target, script.Mode));
            File.WriteAllText(Path.Combine(((DirectoryRoot)cache.Root).Path, "kept"), "k");
            return new SandboxExit(0, null);
        };
        ExecMount[] mounts =
        [
            new BindExecMount("/src", 1, "/src", ReadOnly: true), new BindExecMount("/m", 2, "/", ReadOnly: false),
            new CacheExecMount("/cache", "id", CacheSharing.Shared, null, "", 0x1ED, 0, 0, false), new ScriptExecMount("/script", "#!/bin/sh\n"),
            new SecretExecMount("/run/secrets/x", "x", null, Required: false, 0x100, 0, 0),
        ];
        VertexId scratch = _build.Scratch();
        _build.Run(scratch, "use", mounts, _build.ContextVertex(), _build.Run(scratch, "tool"));

        BuildResult first = await _build.ExecuteAsync();
        _build.Context.With("src/secret=changed");
        BuildResult second = await _build.ExecuteAsync();
        _build.Context.With("src/a=changed");
        BuildResult third = await _build.ExecuteAsync();

        Assert.Equal((2, 0, 1), (first.ExecutedVertices, second.ExecutedVertices, third.ExecutedVertices));
        Assert.Equal(4, _build.Sandboxes.Plans.First(p => p.Mounts.Count > 0).Mounts.Count);
        string kept = Assert.Single(Directory.GetFiles(Path.Combine(_build.Store.Root, "cachemounts"), "kept", SearchOption.AllDirectories));
        Assert.Equal("k", File.ReadAllText(kept));
        Assert.Empty(_build.Drafts);
    }

    [RootFact]
    public async Task A_context_mount_that_may_be_written_to_is_a_copy_and_one_that_may_not_is_the_context_itself()
    {
        _build.Context.With("src/a=1");
        _build.Commands["use"] = (_, plan, _) =>
        {
            string copy = ((DirectoryRoot)Assert.IsType<TreeMount>(plan.Mounts[0]).Root).Path;
            File.WriteAllText(Path.Combine(copy, "src/a"), "overwritten");
            Assert.Equal(new BindMount(_build.Context.At(""), "/ro", ReadOnly: true) { Beneath = "src" }, plan.Mounts[1]);
            return new SandboxExit(0, null);
        };
        ExecMount[] mounts = [new BindExecMount("/rw", 1, "/", ReadOnly: false), new BindExecMount("/ro", 1, "src", ReadOnly: true)];
        _build.Run(_build.Scratch(), "use", mounts, _build.ContextVertex());

        await _build.ExecuteAsync();

        Assert.Equal(["src/", "src/a=1"], _build.Context.List(withMetadata: false));
    }

    [RootFact]
    public async Task A_required_secret_that_was_not_given_fails_clearly()
    {
        _build.Run(_build.Scratch(), "x", [new SecretExecMount("/s", "token", null, Required: true, 0x100, 0, 0)]);

        var e = await Assert.ThrowsAsync<BuildFailedException>(() => _build.ExecuteAsync());

        Assert.Equal("the secret 'token' is required by this step, but it was not given to the build", e.Message);
    }

    [RootFact]
    public async Task Cancelling_leaves_nothing_behind()
    {
        using var cancel = new CancellationTokenSource();
        _build.Commands["stop"] = (_, _, _) =>
        {
            cancel.Cancel();
            cancel.Token.ThrowIfCancellationRequested();
            return new SandboxExit(0, null);
        };
        _build.Run(_build.Scratch(), "stop");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _build.ExecuteAsync(cancellationToken: cancel.Token));

        Assert.Empty(_build.Drafts);
        Assert.Equal(["started RUN stop", "failed RUN stop: canceled"], _build.Log());
    }

    [RootFact]
    public async Task A_store_that_copies_gives_the_same_image_files()
    {
        using var copying = new TestBuild(SnapshotKind.Copy);
        copying.Context.With("a=1", "b=2");
        VertexId context = copying.ContextVertex();
        copying.Copy(copying.Copy(copying.Scratch(), context, "a", "/x/"), context, "b", "/x/");

        BuildResult result = await copying.ExecuteAsync();

        Assert.Equal(2, result.Layers.Count);
        using MergedTree tree = MergedTree.Open(copying.Store.Snapshots, result.Snapshot!);
        Assert.Equal(["x", "x/a", "x/b"], tree.Walk([]).Select(f => UnixPath.Decode(f.Path)));
    }

    [RootFact]
    public async Task A_file_that_changes_during_its_copy_is_copied_but_not_remembered()
    {
        _build.Context.With("f=1");
        _build.Commands["change"] = (_, _, _) =>
        {
            _build.Context.With("f=22");
            return new SandboxExit(0, null);
        };
        VertexId context = _build.ContextVertex();
        VertexId first = _build.Run(_build.Scratch(), "change");
        _build.Copy(first, context, "f", "/");

        BuildResult result = await _build.ExecuteAsync();
        _build.Context.With("f=1");
        BuildResult again = await _build.ExecuteAsync();

        Assert.Equal(["f=22"], Files(result, withMetadata: false));
        Assert.Equal("'f' changed while it was being copied; the result of this step is not cached", Assert.Single(_build.Events.OfType<BuildWarning>()).Message);
        Assert.Equal(1, again.ExecutedVertices);
        Assert.Equal(["f=1"], Files(again, withMetadata: false));
    }

    public void Dispose() => _build.Dispose();

    private static Func<string, SandboxPlan, CapturedIo, SandboxExit> Write(string name, string content) => (root, _, _) =>
    {
        File.WriteAllText(Path.Combine(root, name), content);
        return new SandboxExit(0, null);
    };

    private StoredImage Put(BuildResult result) => _build.Store.Images.Put(result.ConfigBytes.Span, result.Layers);

    private string[] Files(BuildResult result, bool withMetadata = true)
    {
        using MergedTree tree = MergedTree.Open(_build.Store.Snapshots, result.Snapshot!);
        return [.. tree.Walk([]).Select(f => Line(f, withMetadata))];
    }

    private static string Line(MergedFile file, bool withMetadata)
    {
        string path = UnixPath.Decode(file.Path);
        string line = path + "/";
        if (file.Status.IsRegular)
        {
            using var reader = new StreamReader(new FileStream(file.OpenRead(), FileAccess.Read));
            line = $"{path}={reader.ReadToEnd()}";
        }

        return withMetadata ? $"{line} {Convert.ToString(file.Status.Mode, 8)} {file.Status.Uid}:{file.Status.Gid}" : line;
    }
}
