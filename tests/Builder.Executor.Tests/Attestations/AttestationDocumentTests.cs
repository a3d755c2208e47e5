using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Builder.Executor.Attestations;
using Builder.Executor.Attestations.Packages;
using Builder.Graph;
using Builder.Graph.Operations;
using Builder.Oci;

namespace Builder.Executor.Tests.Attestations;

public class AttestationDocumentTests
{
    private static readonly DateTimeOffset Time = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    [Fact]
    public void Spdx_names_every_package_once_and_relates_it_to_the_image()
    {
        var list = new PackageList([new("pkg:deb/debian/a@1", "a", "1", "/s") { License = "odd words" }, new("pkg:npm/%40x/y@2", "@x/y", "2", "/l")], ["/r: not read"]);
        byte[] bytes = SpdxDocument.Write(list, new Platform("linux", "arm", "v7"), Time, "builder-1");
        Assert.Equal(bytes, SpdxDocument.Write(list, new Platform("linux", "arm", "v7"), Time, "builder-1"));
        JsonNode document = JsonNode.Parse(bytes)!;
        Assert.Equal(("SPDX-2.3", "2023-11-14T22:13:20Z", "/r: not read"), ((string?)document["spdxVersion"], (string?)document["creationInfo"]!["created"], (string?)document["creationInfo"]!["comment"]));
        string[] ids = [.. document["packages"]!.AsArray().Select(package => (string)package!["SPDXID"]!)];
        Assert.Equal(3, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Matches(@"\ASPDXRef-[A-Za-z0-9.-]+\z", id));
        Assert.Equal(
            ["DESCRIBES " + ids[0], "CONTAINS " + ids[1], "CONTAINS " + ids[2]],
            document["relationships"]!.AsArray().Select(r => $"{r!["relationshipType"]} {r["relatedSpdxElement"]}"));
        Assert.Equal("pkg:npm/%40x/y@2", (string?)document["packages"]![2]!["externalRefs"]![0]!["referenceLocator"]);
        Assert.NotEqual((string?)document["documentNamespace"], (string?)JsonNode.Parse(SpdxDocument.Write(list, new Platform("linux", "amd64"), Time, "builder-1"))!["documentNamespace"]);
    }

    [Theory]
    [InlineData(false, "https://slsa.dev/provenance/v1", "buildDefinition.externalParameters.request", "buildDefinition.resolvedDependencies", "buildDefinition.internalParameters.buildConfig")]
    [InlineData(true, "https://slsa.dev/provenance/v0.2", "invocation.parameters", "materials", "buildConfig")]
    public void Provenance_tells_parameters_and_steps_only_in_full(bool isOld, string type, string parameters, string materials, string steps)
    {
        var request = new ProvenanceRequest { IsOldVersion = isOld, Parameters = ImmutableSortedDictionary<string, string>.Empty.Add("build-arg:A", "b"), BuilderId = "https://ci/1" };
        var full = new ProvenanceDocument(request, Facts(), "builder-1");
        Assert.Equal(type, full.PredicateType);
        JsonNode document = JsonNode.Parse(full.Write())!;
        Assert.Equal("b", (string?)At(document, parameters)!["args"]!["build-arg:A"]);
        Assert.Equal("""[{"id":"npm","optional":true}]""", At(document, parameters)!["secrets"]!.ToJsonString());
        Assert.Equal("""[{"uri":"https://h/x","digest":{"sha256":"00"}}]""", At(document, materials)!.ToJsonString());
        Assert.Equal(2, At(document, steps)!["steps"]!.AsArray().Count);
        JsonNode least = JsonNode.Parse(new ProvenanceDocument(request with { IsFull = false }, Facts(), "builder-1").Write())!;
        Assert.Null(At(least, parameters)!["args"]);
        Assert.Null(At(least, parameters)!["secrets"]);
        Assert.Null(At(least, steps));
        Assert.Equal(At(document, materials)!.ToJsonString(), At(least, materials)!.ToJsonString());
    }

    private static JsonNode? At(JsonNode node, string path) => path.Split('.').Aggregate((JsonNode?)node, (at, name) => at?[name]);

    private static ProvenanceFacts Facts()
    {
        var run = new ExecOperation
        {
            Arguments = ["x"],
            Environment = [],
            WorkingDirectory = "/",
            Mounts = [new SecretExecMount("/run/secrets/npm", "npm", null, Required: false, 0, 0, 0)],
        };
        Vertex[] vertices = [new(new VertexId(0), new ScratchOperation(), [], new VertexOrigin("FROM scratch", "", 1, "")), new(new VertexId(1), run, [new VertexId(0)], new VertexOrigin("RUN x", "", 2, ""))];
        return new ProvenanceFacts([new ProvenanceMaterial("https://h/x", "sha256", "00")], vertices, Time, Time);
    }
}
