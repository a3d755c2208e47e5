using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using Builder.Cache;
using Builder.Cache.Keys;
using Builder.Cache.Layers;
using Builder.Cache.Records;
using Builder.Cache.Snapshots;
using Builder.Executor.Contexts;
using Builder.Executor.Copying;
using Builder.Executor.Events;
using Builder.Executor.Explaining;
using Builder.Executor.Keys;
using Builder.Executor.Results;
using Builder.Executor.Running;
using Builder.Executor.Scheduling;
using Builder.Executor.Sharing;
using Builder.Executor.Snapshots;
using Builder.Executor.Sources;
using Builder.Executor.Steps;
using Builder.Executor.Tracing;
using Builder.Graph;
using Builder.Graph.Operations;
using Builder.Oci;
using Builder.Oci.Collections;
using Builder.Sandbox.Plans;

namespace Builder.Executor.Solving;

/// <summary>Resolves the vertices of one build with the store, the contexts and the sandbox.</summary>
internal sealed class BuildSolver(
    BuildGraph graph, BuilderStore store, ExecRunner commands, ContextSet contexts, SourceVertices sources, StepResources resources, LayerQueue layers,
    SharedCaches shared, CacheExport? export, EventReporter reporter, BuildLedger ledger, TimeProvider time, CancellationToken buildToken) : IVertexSolver<VertexResult>, IDisposable
{
    private readonly SnapshotViews _views = new(store.Snapshots);
    private readonly EarlierCopies _earlierCopies = new(store);
    private readonly ConcurrentDictionary<(VertexId Vertex, int Input), IReadOnlyList<IReadOnlyList<SourceMatch>>> _matches = new();
    private readonly ConcurrentDictionary<(VertexId Vertex, int Input), InputIdentity> _contextDigests = new();
    private readonly ConcurrentDictionary<VertexId, Digest> _definitions = new();

    /// <summary>The definition keys.</summary>
    public IReadOnlyDictionary<VertexId, Digest> Definitions => _definitions;

    public async Task<CacheKey> DefineAsync(Vertex vertex, IReadOnlyList<Digest> inputs, CancellationToken cancellationToken)
    {
        try
        {
            var identities = new InputIdentity[inputs.Count];
            for (int i = 0; i < inputs.Count; i++)
            {
                identities[i] = ContextOf(vertex, i) is { } context
                    ? await DigestContextAsync(vertex, i, context, cancellationToken)
                    : InputIdentity.Key(inputs[i]);
            }

            Operation operation = SourceFetcher.IsSource(vertex.Operation) ? await sources.PinAsync(vertex) : vertex.Operation;
            CacheKey key = OperationKeys.Of(operation, identities);
            ledger.Defined(vertex, key);
            _definitions[vertex.Id] = key.Digest;
            export?.Defined(vertex, key.Digest);
            return key;
        }
        catch (Exception e) when (IsExplicable(e))
        {
            throw Explain(vertex, e);
        }
    }

    public VertexResult? Source(Vertex vertex, CacheKey definition) => vertex.Operation switch
    {
        ImageOperation image => new VertexResult(definition.Digest, () => UnpackAsync(vertex, image), isRecorded: true),
        ScratchOperation or ContextOperation => VertexResult.Of(definition.Digest, null),
        { } operation when SourceFetcher.IsSource(operation) => new VertexResult(definition.Digest, () => sources.FetchAsync(vertex), isRecorded: true),
        _ => null,
    };

    public VertexResult? Find(Vertex vertex, CacheKey key)
    {
        if (store.Records.Find(key.Digest) is not { } record || store.Snapshots.Find(record.SnapshotId) is not { } snapshot) return null;
        Begin(vertex, snapshot);
        ledger.Found(vertex, record.Key);
        return VertexResult.Of(record.Key.Digest, snapshot);
    }

    public async Task<bool> IsSharedAsync(Vertex vertex, CacheKey key, CancellationToken cancellationToken) =>
        await shared.FindAsync(vertex, key.Digest, cancellationToken) is not null;

    public async Task<VertexResult?> BringAsync(Vertex vertex, CacheKey key, CancellationToken cancellationToken)
    {
        // A cache that failed isn't named again, so the next one comes.
        while (await shared.FindAsync(vertex, key.Digest, cancellationToken) is { } hit)
        {
            if (await shared.BringAsync(vertex, hit, cancellationToken) is not { } snapshot) continue;
            Keep(vertex, key, hit, snapshot);
            await KeepParentsAsync(vertex, hit, snapshot, cancellationToken);
            Begin(vertex, snapshot);
            ledger.Found(vertex, new CacheKey(hit.Key, key.Fields));
            return VertexResult.Of(hit.Key, snapshot);
        }

        return null;
    }

    public async Task<CacheKey> IdentifyAsync(Vertex vertex, IReadOnlyList<VertexResult> inputs, CancellationToken cancellationToken)
    {
        using Activity? phase = Phases.Begin("canonical key");
        try
        {
            var identities = new InputIdentity[inputs.Count];
            for (int i = 0; i < inputs.Count; i++)
            {
                InputIdentity? content = ContextOf(vertex, i) is not null ? _contextDigests[(vertex.Id, i)] : await DigestTreeAsync(vertex, i, inputs[i], cancellationToken);
                identities[i] = content ?? InputIdentity.Key(inputs[i].Key);
            }

            return OperationKeys.Of(vertex.Operation, identities);
        }
        catch (Exception e) when (IsExplicable(e))
        {
            throw Explain(vertex, e);
        }
    }

    public async Task<VertexResult> ExecuteAsync(
        Vertex vertex, CacheKey canonical, IReadOnlyList<VertexResult> inputs, CancellationToken cancellationToken)
    {
        reporter.Missed(vertex, ledger.Missed(vertex, canonical));
        try
        {
            if (vertex.Operation is MergeOperation)
            {
                Snapshot merged = await store.Layers.MergeAsync(await inputs[1].SnapshotAsync(), await inputs[0].SnapshotAsync(), cancellationToken);
                return Record(vertex, canonical, merged);
            }

            using SnapshotDraft draft = store.Snapshots.CreateDraft(await inputs[0].SnapshotAsync());
            bool isRepeatable = vertex.Operation switch
            {
                ExecOperation exec => await ExecuteAsync(vertex, exec, draft, inputs, cancellationToken),
                CopyOperation copy => await CopyAsync(vertex, copy, canonical, draft, inputs, cancellationToken),
                MakeDirectoryOperation directory => MakeDirectory(directory, draft),
                _ => throw new NotSupportedException($"no runner for {vertex.Operation.GetType().Name}"),
            };
            using Activity? commit = Phases.Begin("commit");
            Snapshot snapshot = draft.Commit();
            if (isRepeatable) return Record(vertex, canonical, snapshot);
            Begin(vertex, snapshot);
            ledger.Executed(vertex, isRecorded: false);
            return VertexResult.Of(Digest.Sha256(RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes)), snapshot, isRecorded: false);
        }
        catch (Exception e) when (IsExplicable(e))
        {
            throw Explain(vertex, e);
        }
    }

    private VertexResult Record(Vertex vertex, CacheKey canonical, Snapshot snapshot)
    {
        layers.Begin(vertex, snapshot);
        ledger.Executed(vertex, isRecorded: true);
        store.Records.Put(new CacheRecord(canonical, snapshot.Id, vertex.Origin.SourceText, time.GetUtcNow()));
        export?.Begin(vertex, snapshot);
        return VertexResult.Of(canonical.Digest, snapshot);
    }

    private void Begin(Vertex vertex, Snapshot snapshot)
    {
        layers.Begin(vertex, snapshot);
        export?.Begin(vertex, snapshot);
    }

    private void Keep(Vertex vertex, CacheKey key, SharedHit hit, Snapshot snapshot)
    {
        CacheKey canonical = hit.Key == key.Digest ? key : new CacheKey(hit.Key, []);
        store.Records.Put(new CacheRecord(canonical, snapshot.Id, vertex.Origin.SourceText, hit.CreatedAt ?? time.GetUtcNow()));
        store.Records.PutAlias(key.Digest, hit.Key);
    }

    // The layers below a result that was brought are those of the steps below: later builds find them without the shared cache.
    private async Task KeepParentsAsync(Vertex vertex, SharedHit hit, Snapshot snapshot, CancellationToken cancellationToken)
    {
        Vertex at = graph[vertex.Inputs[0]];
        for (Snapshot? below = snapshot; at.HasParent; at = graph[at.Inputs[0]])
        {
            below = below.ParentId is { } id ? store.Snapshots.Find(id) : null;
            if (below is null) return;
            Digest definition = _definitions[at.Id];
            if (await shared.FindAsync(at, definition, cancellationToken) is not { } parent) continue;
            bool isSame = parent.Layers.Select(l => l.DiffId).SequenceEqual(hit.Layers.Take(parent.Layers.Count).Select(l => l.DiffId));
            if (isSame && store.Records.Find(definition) is null) Keep(at, new CacheKey(definition, []), parent, below);
        }
    }

    public void Alias(CacheKey definition, VertexResult result)
    {
        if (result.IsRecorded) store.Records.PutAlias(definition.Digest, result.Key);
    }

    public void Dispose() => _views.Dispose();

    // What a user can do something about; anything else is a bug and passes as it is.
    private static bool IsExplicable(Exception e) =>
        e is OperationException or SourceException or StoreException or IOException or UnauthorizedAccessException or OciFormatException;

    private static BuildFailedException Explain(Vertex vertex, Exception e) => e switch
    {
        OperationException o => new BuildFailedException(vertex, o.Message, o.ExitCode, o.Hint, o) { Output = [.. o.Output], SourceIndex = o.SourceIndex, Further = [.. o.Further] },
        SourceException s => new BuildFailedException(vertex, s.Message, hint: s.Hint, inner: s),
        _ => new BuildFailedException(vertex, e.Message, inner: e),
    };

    private ContextOperation? ContextOf(Vertex vertex, int input) => graph[vertex.Inputs[input]].Operation as ContextOperation;

    private string DescribeInput(Vertex vertex, int input)
    {
        Vertex source = graph[vertex.Inputs[input]];
        return source.Operation switch
        {
            ImageOperation image => $"the image {image.Reference}",
            { } operation when SourceFetcher.IsSource(operation) => SourceFetcher.Describe(operation),
            _ => $"the stage '{source.Origin.StageName}'",
        };
    }

    private async Task<InputIdentity> DigestContextAsync(Vertex vertex, int input, ContextOperation context, CancellationToken cancellationToken)
    {
        Vertex source = graph[vertex.Inputs[input]];
        reporter.Started(source);
        try
        {
            using Activity? phase = Phases.Begin("context digest", vertex);
            SourceTree tree = await contexts.OpenAsync(context.Name, cancellationToken);

            // Reading and hashing files blocks; the caller's thread is not ours to block.
            InputIdentity digest = await Task.Run(() => DigestOf(vertex, input, tree, cancellationToken), cancellationToken);
            _contextDigests[(vertex.Id, input)] = digest;
            reporter.Completed(source);
            return digest;
        }
        catch (OperationException e)
        {
            reporter.Failed(source, e.Message, canceled: false);
            if (e.SourceIndex is { } index) e.Further = await MissingSources.FindAsync(graph, contexts, vertex, index, cancellationToken);
            throw;
        }
    }

    // The digest of what a COPY or a bind mount reads of a stage or image; null for an input that is used as a whole.
    private async Task<InputIdentity?> DigestTreeAsync(Vertex vertex, int input, VertexResult result, CancellationToken cancellationToken)
    {
        bool isRead = vertex.Operation switch
        {
            CopyOperation copy => input > 0 && (copy.Sources.Count > 0 || copy.Fetched.Count > 0),
            ExecOperation exec => input > 0 && exec.Mounts.Any(m => m is BindExecMount bind && bind.InputIndex == input)
                && !exec.Mounts.Any(m => m is CacheExecMount cache && cache.InputIndex == input),
            _ => false,
        };
        if (!isRead) return null;
        SourceTree tree = _views.Read(await result.SnapshotAsync(), DescribeInput(vertex, input));
        return DigestOf(vertex, input, tree, cancellationToken);
    }

    private InputIdentity DigestOf(Vertex vertex, int input, SourceTree tree, CancellationToken cancellationToken)
    {
        if (vertex.Operation is CopyOperation copy)
        {
            IReadOnlyList<IReadOnlyList<SourceMatch>> matches = copy.Fetched.FirstOrDefault(f => f.InputIndex == input) is { } fetched
                ? [new SourceMatcher(tree, IgnoreRules.FromPatterns(copy.Exclude), parents: false).MatchPath(fetched.Path)]
                : CopyRunner.Match(copy, tree, [.. vertex.Origin.Sources.Select(s => s.Text)]);
            _matches[(vertex.Id, input)] = matches;
            return DigestOf(tree, matches, ContentDigest.ViewOf(copy), cancellationToken);
        }

        var matcher = new SourceMatcher(tree, IgnoreRules.None, parents: false);
        IEnumerable<string> paths = ((ExecOperation)vertex.Operation).Mounts.Select(m => m switch
        {
            BindExecMount bind when bind.InputIndex == input => bind.Source,
            CacheExecMount cache when cache.InputIndex == input => cache.Source,
            _ => null,
        }).OfType<string>();
        var view = new MetadataView(Owner: !tree.IsContext, Mode: true, Parents: true);
        return DigestOf(tree, [.. paths.Select(s => matcher.MatchPath(s))], view, cancellationToken);
    }

    // The list of the files is kept, so that a later build can tell which of them differs.
    private InputIdentity DigestOf(SourceTree tree, IReadOnlyList<IReadOnlyList<SourceMatch>> matches, MetadataView view, CancellationToken cancellationToken)
    {
        Digest digest = ContentDigest.Of(tree, matches, view, cancellationToken);
        Digest manifest = ContentManifest.NameOf(digest, matches);
        if (store.Manifests.Contains(manifest)) return InputIdentity.Content(digest, manifest);
        try
        {
            store.Manifests.Put(manifest, output => ContentManifest.Write(output, tree, matches, view, cancellationToken));
        }
        catch (StoreException e)
        {
            reporter.Warn($"later builds won't be able to tell which file changed: {e.Message}");
        }

        return InputIdentity.Content(digest, manifest);
    }

    private async Task<Snapshot?> UnpackAsync(Vertex vertex, ImageOperation image)
    {
        using Activity? phase = Phases.Begin("unpack", vertex);
        reporter.Started(vertex);
        try
        {
            EquatableArray<LayerBlob> blobs = store.Images.Find(image.ConfigDigest)?.Layers
                ?? throw new OperationException($"the image {image.Reference} is not in the store any more", "build again");
            Snapshot? snapshot = await store.Layers.UnpackAsync(blobs, buildToken);
            reporter.Completed(vertex);
            return snapshot;
        }
        catch (Exception e)
        {
            bool canceled = buildToken.IsCancellationRequested;
            reporter.Failed(vertex, canceled ? "canceled" : e.Message, canceled);
            throw;
        }
    }

    private async Task<bool> ExecuteAsync(
        Vertex vertex, ExecOperation exec, SnapshotDraft draft, IReadOnlyList<VertexResult> inputs, CancellationToken cancellationToken)
    {
        await using var mounts = new ExecMounts(store.Snapshots, _views, resources, new StepNotices(reporter, vertex));
        var mountInputs = new Dictionary<int, MountInput>();
        for (int i = 1; i < inputs.Count; i++)
        {
            ContextOperation? context = ContextOf(vertex, i);
            Snapshot? snapshot = context is null ? await inputs[i].SnapshotAsync() : null;
            SourceTree tree = context is null
                ? _views.Read(snapshot, DescribeInput(vertex, i))
                : await contexts.OpenAsync(context.Name, cancellationToken);
            mountInputs[i] = new MountInput(context is not null, snapshot, tree);
        }

        PreparedMounts prepared = await mounts.PrepareAsync(exec.Mounts, mountInputs, cancellationToken);
        SandboxPlan plan = await ExecRunner.PlanAsync(exec, DraftView.RootOf(store.Snapshots, draft), prepared, resources.Options, cancellationToken);
        await commands.RunAsync(exec, plan, new OutputLines((stream, line) => reporter.Output(vertex, stream, line), resources.Mask.Apply), cancellationToken);
        return true;
    }

    private async Task<bool> CopyAsync(
        Vertex vertex, CopyOperation copy, CacheKey canonical, SnapshotDraft draft, IReadOnlyList<VertexResult> inputs, CancellationToken cancellationToken)
    {
        var steps = new List<CopySource>();
        for (int i = 1; i < vertex.Inputs.Count; i++)
        {
            if (!_matches.TryRemove((vertex.Id, i), out IReadOnlyList<IReadOnlyList<SourceMatch>>? matches)) continue;
            SourceTree tree = ContextOf(vertex, i) is { } context
                ? await contexts.OpenAsync(context.Name, cancellationToken)
                : _views.Read(await inputs[i].SnapshotAsync(), DescribeInput(vertex, i));

            // Fetched sources come in order and behind those of the tree: each goes where it was named.
            FetchedSource? fetched = copy.Fetched.FirstOrDefault(f => f.InputIndex == i);
            int before = copy.Fetched.Count(f => f.InputIndex < i);
            if (fetched is null) steps.AddRange(matches.Select(m => new CopySource(tree, m, copy.UnpackArchives)));
            else steps.Insert(Math.Min(fetched.Position + before, steps.Count), new CopySource(tree, matches[0], fetched.Unpack));
        }

        var runner = new CopyRunner(copy);
        using EarlierCopy? earlier = _earlierCopies.Find(runner.SingleDirectory(steps), canonical, ledger.EarlierKeys(vertex), draft);
        TreePath? changed;
        using (DraftView view = DraftView.Open(store.Snapshots, draft)) changed = runner.Run(steps, view.Root, cancellationToken, earlier);
        earlier?.Finish(draft.TreeDirectory, cancellationToken);
        if (changed is null) return true;
        reporter.Warn($"'{changed}' changed while it was being copied; the result of this step is not cached");
        return false;
    }

    private bool MakeDirectory(MakeDirectoryOperation operation, SnapshotDraft draft)
    {
        using DraftView view = DraftView.Open(store.Snapshots, draft);
        DirectoryMaker.Make(view.Root, operation);
        return true;
    }
}
