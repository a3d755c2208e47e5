using System.Text.Json;
using Builder.Cache.Records;
using Builder.Cache.Sharing;
using Builder.Graph;
using Builder.Oci;

namespace Builder.Executor.Sharing;

/// <summary>The records of an image's own layers, kept in its config (<c>--cache-to type=inline</c>): whoever has the image has the cache.</summary>
internal static class InlineCache
{
    /// <summary>The unknown fields of a config: those of the base image without its records, and with new ones when they are wanted.</summary>
    /// <param name="inherited">From the base image.</param>
    /// <param name="records">The field's content, or null.</param>
    public static Dictionary<string, JsonElement>? Put(Dictionary<string, JsonElement>? inherited, byte[]? records)
    {
        Dictionary<string, JsonElement> fields = new(inherited ?? [], StringComparer.Ordinal);
        fields.Remove(CacheMediaTypes.InlineField);
        if (records is not null) fields[CacheMediaTypes.InlineField] = JsonSerializer.SerializeToElement(records, JsonBytes.Default.ByteArray);
        return fields.Count == 0 ? null : fields;
    }

    /// <summary>The records of the steps that the result is made of.</summary>
    /// <param name="steps">Bottom first.</param>
    /// <param name="below">How many layers the base image has.</param>
    /// <param name="definitions">Definition keys.</param>
    /// <param name="records">Where results are.</param>
    public static byte[] Write(IReadOnlyList<Vertex> steps, int below, IReadOnlyDictionary<VertexId, Digest> definitions, RecordStore records)
    {
        var builder = new SharedCacheBuilder();
        for (int i = 0; i < steps.Count; i++)
        {
            Digest definition = definitions[steps[i].Id];
            if (records.Find(definition) is { } record) builder.Add(definition, record.Key.Digest, below + i, createdAt: null);
        }

        return builder.WriteInline();
    }
}
