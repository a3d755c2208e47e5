using System.Text;
using Builder.Cache;
using Builder.Cache.Layers;
using Builder.Executor.Attestations.Packages;
using Builder.Executor.Events;
using Builder.Executor.Secrets;
using Builder.Executor.Solving;
using Builder.Executor.Sources;
using Builder.Graph;
using Builder.Graph.Lowering;
using Builder.Graph.Operations;
using Builder.Oci;
using Builder.Oci.Images;

namespace Builder.Executor.Attestations;

/// <summary>Adds to results what is claimed of them.</summary>
/// <param name="store">Where their files are.</param>
/// <param name="options">What is wanted.</param>
/// <param name="sources">What was fetched.</param>
/// <param name="secrets">What must not be told.</param>
/// <param name="reporter">Told what happens.</param>
/// <param name="time">The clock.</param>
internal sealed class AttestationMaker(
    BuilderStore store, ExecutionOptions options, SourceVertices sources, SecretSearch secrets, EventReporter reporter, TimeProvider time)
{
    /// <summary>The results with their claims.</summary>
    /// <exception cref="BuildFailedException">A secret would be told.</exception>
    public async Task<IReadOnlyList<BuildResult>> AddAsync(
        IReadOnlyList<LoweredBuild> builds, IReadOnlyList<BuildResult> results, DateTimeOffset started, CancellationToken cancellationToken)
    {
        AttestationRequest request = options.Attestations ?? throw new InvalidOperationException("nothing is to be claimed");
        var attested = new List<BuildResult>();
        for (int i = 0; i < results.Count; i++)
        {
            var attestations = new List<Attestation>();
            if (request.Sbom) attestations.Add(await ListAsync(results[i], request, cancellationToken));
            if (request.Provenance is { } wanted) attestations.Add(await TellAsync(builds[i], wanted, request, started));
            foreach (Attestation attestation in attestations)
            {
                if (secrets.Find(attestation.Predicate.Span) is { } match)
                    throw new BuildFailedException(builds[i].Graph[builds[i].Graph.Target], $"{match.Pattern} would be in an attestation of the image ({attestation.PredicateType})", hint: "remove it from the Dockerfile or the command line");
            }

            attested.Add(results[i] with { Attestations = [.. attestations] });
        }

        return attested;
    }

    private async Task<Attestation> ListAsync(BuildResult result, AttestationRequest request, CancellationToken cancellationToken)
    {
        const string Task = "generating SBOM";
        reporter.Task(Task, done: false);
        var list = new PackageList([], []);
        if ((result.Snapshot ?? await store.Layers.UnpackAsync(result.Layers, cancellationToken)) is { } snapshot)
        {
            using MergedTree tree = MergedTree.Open(store.Snapshots, snapshot);
            list = PackageScanner.Scan(tree, cancellationToken);
        }

        foreach (string note in list.Notes) reporter.Warn($"SBOM: {note}");
        reporter.Task(Task, done: true, $"{list.Packages.Count} packages");
        DateTimeOffset created = options.Epoch ?? (DateTimeOffset.TryParse(result.Config.Created, out DateTimeOffset known) ? known : DateTimeOffset.UnixEpoch);
        return new Attestation(SpdxDocument.PredicateType, SpdxDocument.Write(list, Platform.Of(result.Config.Os, result.Config.Architecture, result.Config.Variant), created, request.Tool))
        {
            FileName = "sbom.spdx.json",
        };
    }

    private async Task<Attestation> TellAsync(LoweredBuild build, ProvenanceRequest wanted, AttestationRequest request, DateTimeOffset started)
    {
        List<Vertex> reached = Reached(build.Graph);
        var materials = new List<ProvenanceMaterial>();
        foreach (Vertex vertex in reached)
        {
            Operation operation = SourceFetcher.IsSource(vertex.Operation) ? await sources.PinAsync(vertex) : vertex.Operation;
            if (ProvenanceMaterial.Of(operation, store) is { } material && !materials.Contains(material)) materials.Add(material);
        }

        var parameters = wanted.Parameters.RemoveRange(wanted.Parameters.Where(p => secrets.Find(Encoding.UTF8.GetBytes(p.Value)) is not null).Select(p => p.Key));
        var facts = new ProvenanceFacts(materials, reached, options.Epoch ?? started, options.Epoch ?? time.GetUtcNow());
        var document = new ProvenanceDocument(wanted with { Parameters = parameters }, facts, request.Tool);
        return new Attestation(document.PredicateType, document.Write()) { FileName = wanted.IsInlineOnly ? null : wanted.FileName };
    }

    // Other platforms have their own claims.
    private static List<Vertex> Reached(BuildGraph graph)
    {
        var needed = new bool[graph.Vertices.Count];
        needed[graph.Target.Value] = true;
        for (int i = graph.Target.Value; i >= 0; i--)
        {
            if (!needed[i]) continue;
            foreach (VertexId input in graph.Vertices[i].Inputs) needed[input.Value] = true;
        }

        return [.. graph.Vertices.Where(vertex => needed[vertex.Id.Value])];
    }
}
