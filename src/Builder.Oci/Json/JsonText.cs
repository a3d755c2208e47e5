using System.Text.Json;
using System.Text.Unicode;

namespace Builder.Oci.Json;

/// <summary>What System.Text.Json finds out about the texts of a document only when it is asked for them.</summary>
public static class JsonText
{
    /// <summary>Whether every name and text of a document can be had: it is UTF-8, and no escape is half a surrogate pair.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static bool IsSound(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json)) return false;
        if (json.IndexOf("\\u"u8) < 0) return true;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = OciJson.MaxDepth });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped) reader.GetString();
            }

            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
