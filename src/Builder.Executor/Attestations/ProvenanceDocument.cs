using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Builder.Graph;
using Builder.Graph.Operations;
using Builder.Oci;

namespace Builder.Executor.Attestations;

/// <summary>What there is to tell of how a result was made.</summary>
/// <param name="Materials">What went into it.</param>
/// <param name="Vertices">The steps.</param>
/// <param name="Started">When it began.</param>
/// <param name="Finished">When it ended.</param>
internal sealed record ProvenanceFacts(IReadOnlyList<ProvenanceMaterial> Materials, IReadOnlyList<Vertex> Vertices, DateTimeOffset Started, DateTimeOffset Finished);

/// <summary>
/// Writes SLSA provenance, version 1 or 0.2, with the fields that BuildKit fills (docs/attestations/slsa-definitions.md). Steps are written in words of this
/// program: it has no LLB.
/// </summary>
internal sealed class ProvenanceDocument(ProvenanceRequest request, ProvenanceFacts facts, string tool)
{
    private const string Frontend = "dockerfile.v0";
    private const string BuildKit = "https://mobyproject.org/buildkit@v1";

    /// <summary>What a predicate of this kind is called.</summary>
    public string PredicateType => request.IsOldVersion ? "https://slsa.dev/provenance/v0.2" : "https://slsa.dev/provenance/v1";

    private bool HasContext => facts.Vertices.Any(vertex => vertex.Operation is ContextOperation);

    // What comes from a directory of the caller, or from an image that no registry knows, can't be had again by others.
    private bool IsComplete => !HasContext && facts.Materials.All(material => material.Hex.Length > 0);

    private bool IsHermetic => IsComplete && facts.Vertices.All(vertex => vertex.Operation is not ExecOperation { Network: not NetworkMode.None });

    /// <summary>Writes it.</summary>
    public byte[] Write()
    {
        using var content = new MemoryStream();
        using (var json = new Utf8JsonWriter(content, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (request.IsOldVersion) WriteOld(json);
            else WriteNew(json);
            json.WriteEndObject();
        }

        return content.ToArray();
    }

    private void WriteNew(Utf8JsonWriter json)
    {
        json.WriteStartObject("buildDefinition");
        json.WriteString("buildType", "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md");
        json.WriteStartObject("externalParameters");
        json.WriteStartObject("configSource");
        json.WriteString("path", request.EntryPoint);
        json.WriteEndObject();
        WriteParameters(json, "request");
        json.WriteEndObject();
        json.WriteStartObject("internalParameters");
        json.WriteString("builderPlatform", Platform.Current.ToString());
        if (request.IsFull) WriteSteps(json);
        json.WriteEndObject();
        WriteMaterials(json, "resolvedDependencies");
        json.WriteEndObject();
        json.WriteStartObject("runDetails");
        WriteBuilder(json);
        json.WriteStartObject("metadata");
        json.WriteString("invocationId", InvocationId());
        json.WriteString("startedOn", Format(facts.Started));
        json.WriteString("finishedOn", Format(facts.Finished));
        if (IsHermetic) json.WriteBoolean("buildkit_hermetic", true);
        json.WriteStartObject("buildkit_completeness");
        json.WriteBoolean("request", true);
        json.WriteBoolean("resolvedDependencies", IsComplete);
        json.WriteEndObject();
        if (request.IsReproducible) json.WriteBoolean("buildkit_reproducible", true);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteOld(Utf8JsonWriter json)
    {
        WriteBuilder(json);
        json.WriteString("buildType", BuildKit);
        WriteMaterials(json, "materials");
        json.WriteStartObject("invocation");
        json.WriteStartObject("configSource");
        json.WriteString("entryPoint", request.EntryPoint);
        json.WriteEndObject();
        WriteParameters(json, "parameters");
        json.WriteStartObject("environment");
        json.WriteString("platform", Platform.Current.ToString());
        json.WriteEndObject();
        json.WriteEndObject();
        if (request.IsFull) WriteSteps(json);
        json.WriteStartObject("metadata");
        json.WriteString("buildInvocationID", InvocationId());
        json.WriteString("buildStartedOn", Format(facts.Started));
        json.WriteString("buildFinishedOn", Format(facts.Finished));
        json.WriteStartObject("completeness");
        json.WriteBoolean("parameters", true);
        json.WriteBoolean("environment", true);
        json.WriteBoolean("materials", IsComplete);
        json.WriteEndObject();
        json.WriteBoolean("reproducible", request.IsReproducible);
        if (IsHermetic) json.WriteBoolean($"{BuildKit}#hermetic", true);
        json.WriteEndObject();
    }

    private void WriteBuilder(Utf8JsonWriter json)
    {
        json.WriteStartObject("builder");
        json.WriteString("id", request.BuilderId);
        if (!request.IsOldVersion)
        {
            json.WriteStartObject("version");
            json.WriteString("builder", tool);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void WriteParameters(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject(name);
        json.WriteString("frontend", Frontend);
        if (request.IsFull)
        {
            json.WriteStartObject("args");
            foreach ((string key, string value) in request.Parameters) json.WriteString(key, value);
            json.WriteEndObject();
            IEnumerable<ExecMount> mounts = facts.Vertices.Select(vertex => vertex.Operation).OfType<ExecOperation>().SelectMany(run => run.Mounts);
            WriteIds(json, "secrets", mounts.OfType<SecretExecMount>().Select(secret => (secret.Id, secret.Required)));
            WriteIds(json, "ssh", mounts.OfType<SshExecMount>().Select(ssh => (ssh.Id, ssh.Required)));
        }

        IEnumerable<string> locals = facts.Vertices.Select(vertex => vertex.Operation).OfType<ContextOperation>().Select(context => context.Name).Append("dockerfile");
        json.WriteStartArray("locals");
        foreach (string local in locals.Distinct().Order(StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("name", local);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteIds(Utf8JsonWriter json, string name, IEnumerable<(string Id, bool Required)> ids)
    {
        (string Id, bool Required)[] all = [.. ids.GroupBy(each => each.Id, StringComparer.Ordinal).Select(same => (same.Key, same.Any(each => each.Required))).OrderBy(each => each.Key, StringComparer.Ordinal)];
        if (all.Length == 0) return;
        json.WriteStartArray(name);
        foreach ((string id, bool required) in all)
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            if (!required) json.WriteBoolean("optional", true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteMaterials(Utf8JsonWriter json, string name)
    {
        json.WriteStartArray(name);
        foreach (ProvenanceMaterial material in facts.Materials.OrderBy(material => material.Uri, StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("uri", material.Uri);
            if (material.Hex.Length > 0)
            {
                json.WriteStartObject("digest");
                json.WriteString(material.Algorithm, material.Hex);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteSteps(Utf8JsonWriter json)
    {
        Dictionary<VertexId, int> numbers = facts.Vertices.Select((vertex, i) => (vertex.Id, i)).ToDictionary();
        json.WriteStartObject("buildConfig");
        json.WriteStartArray("steps");
        foreach (Vertex vertex in facts.Vertices)
        {
            json.WriteStartObject();
            json.WriteString("id", $"step{numbers[vertex.Id]}");
            json.WriteString("name", vertex.Origin.Label);
            if (vertex.Origin.Line > 0) json.WriteNumber("line", vertex.Origin.Line);
            json.WriteStartArray("inputs");
            foreach (VertexId input in vertex.Inputs) json.WriteStringValue($"step{numbers[input]}");
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // Out of the facts, so that a build that is to be repeated exactly can be.
    private string InvocationId()
    {
        string text = string.Join('\n', facts.Vertices.Select(vertex => $"{vertex.Id.Value} {vertex.Origin.Label}").Prepend($"{Format(facts.Started)} {Format(facts.Finished)}"));
        return Digest.Sha256(Encoding.UTF8.GetBytes(text)).Hex[..26];
    }

    private static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
