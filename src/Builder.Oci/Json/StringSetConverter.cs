using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Builder.Oci.Json;

/// <summary>Go's idea of a set: an object whose values are empty objects (ExposedPorts, Volumes). The values are ignored.</summary>
internal sealed class StringSetConverter : JsonConverter<ImmutableSortedSet<string>>
{
    public override ImmutableSortedSet<string>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("expected an object");
        ImmutableSortedSet<string>.Builder items = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            items.Add(reader.GetString() ?? "");
            reader.Read();
            reader.Skip();
        }

        return items.ToImmutable();
    }

    public override void Write(Utf8JsonWriter writer, ImmutableSortedSet<string> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (string item in value.Order(StringComparer.Ordinal))
        {
            writer.WriteStartObject(item);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
