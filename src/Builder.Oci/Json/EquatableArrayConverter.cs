using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Builder.Oci.Collections;

namespace Builder.Oci.Json;

/// <summary>Lists. Go writes an empty list as <c>null</c> now and then, so null reads as empty where the property can't be null.</summary>
internal sealed class EquatableArrayConverter<T> : JsonConverter<EquatableArray<T>>
    where T : notnull
{
    public override bool HandleNull => true;

    public override EquatableArray<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null) return default;
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("expected an array");
        var element = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        ImmutableArray<T>.Builder items = ImmutableArray.CreateBuilder<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(reader.TokenType == JsonTokenType.Null && typeof(T) == typeof(string)
                ? (T)(object)""
                : JsonSerializer.Deserialize(ref reader, element) ?? throw new JsonException("an array element is null"));
        }

        return new EquatableArray<T>(items.DrainToImmutable());
    }

    public override void Write(Utf8JsonWriter writer, EquatableArray<T> value, JsonSerializerOptions options)
    {
        var element = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        writer.WriteStartArray();
        foreach (T item in value) JsonSerializer.Serialize(writer, item, element);
        writer.WriteEndArray();
    }
}
