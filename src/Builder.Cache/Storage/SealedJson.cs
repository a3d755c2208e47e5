using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Builder.Cache.Storage;

/// <summary>
/// Small JSON files with a line at the end that holds a digest of what is before it: a flipped bit in a name or a number would often be
/// valid JSON. The line is a JSON text itself, so that tools read the file. Without it (as older versions wrote them) a file is taken as it is.
/// </summary>
internal static class SealedJson
{
    private const int SealBytes = 16;
    private const int SealLength = (SealBytes * 2) + 2;

    internal static byte[] Write<T>(T value, JsonTypeInfo<T> type)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(value, type);
        return [.. json, (byte)'\n', .. Seal(json)];
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="JsonException">It is damaged.</exception>
    internal static T? Read<T>(ReadOnlySpan<byte> content, JsonTypeInfo<T> type)
    {
        int line = content.LastIndexOf((byte)'\n');
        if (line < 0 || content.Length - line - 1 != SealLength) return JsonSerializer.Deserialize(content, type);
        ReadOnlySpan<byte> json = content[..line];
        return Seal(json).AsSpan().SequenceEqual(content[(line + 1)..])
            ? JsonSerializer.Deserialize(json, type)
            : throw new JsonException("the seal doesn't fit the content");
    }

    private static byte[] Seal(ReadOnlySpan<byte> json)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(json, hash);
        return Encoding.ASCII.GetBytes($"\"{Convert.ToHexStringLower(hash[..SealBytes])}\"");
    }
}
