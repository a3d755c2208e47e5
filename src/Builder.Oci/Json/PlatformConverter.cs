using System.Text.Json;
using System.Text.Json.Serialization;

namespace Builder.Oci.Json;

/// <summary>The platform object of a descriptor; normalised when read, so that <c>arm64/v8</c> and <c>arm64</c> compare equal.</summary>
internal sealed class PlatformConverter : JsonConverter<Platform>
{
    public override Platform? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("expected a platform object");
        string os = "", architecture = "", variant = "";
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string? name = reader.GetString();
            reader.Read();
            if (name is not ("os" or "architecture" or "variant"))
            {
                reader.Skip();
                continue;
            }

            string value = reader.TokenType switch
            {
                JsonTokenType.String => reader.GetString() ?? "",
                JsonTokenType.Null => "",
                _ => throw new JsonException($"expected a text as the platform's {name}"),
            };
            (os, architecture, variant) = name switch
            {
                "os" => (value, architecture, variant),
                "architecture" => (os, value, variant),
                _ => (os, architecture, value),
            };
        }

        return Normalise(os, architecture, variant);
    }

    public override void Write(Utf8JsonWriter writer, Platform value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("architecture", value.Architecture);
        writer.WriteString("os", value.Os);
        if (value.Variant is not null) writer.WriteString("variant", value.Variant);
        writer.WriteEndObject();
    }

    private static Platform Normalise(string os, string architecture, string variant)
    {
        // Artifacts carry an empty platform; it matches none that anyone asks for.
        if (os.Length == 0 || architecture.Length == 0) return new Platform(os, architecture, variant.Length == 0 ? null : variant);
        try
        {
            return Platform.Parse(variant.Length == 0 ? $"{os}/{architecture}" : $"{os}/{architecture}/{variant}");
        }
        catch (FormatException error)
        {
            throw new JsonException(error.Message, error);
        }
    }
}
