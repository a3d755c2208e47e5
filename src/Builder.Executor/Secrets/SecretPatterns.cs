using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Builder.Linux.Files;

namespace Builder.Executor.Secrets;

/// <summary>The ways a secret may be written: as it is, and in the encodings that programs commonly use.</summary>
internal static class SecretPatterns
{
    /// <summary>Shorter secrets are not looked for: a few bytes are found everywhere.</summary>
    public const int ShortestSecret = 8;

    private const string Base64 = "base64";
    private const string Hexadecimal = "hexadecimal";

    /// <summary>All forms of a secret, without the line break at its end; none when it is too short.</summary>
    public static IReadOnlyList<SecretPattern> Of(string id, ReadOnlySpan<byte> secret)
    {
        byte[] bytes = secret.TrimEnd("\r\n"u8).ToArray();
        if (bytes.Length < ShortestSecret) return [];
        var patterns = new List<SecretPattern> { new(id, "", bytes) };
        AddBase64(patterns, id, bytes);
        AddAcrossLines(patterns, id, Hexadecimal, Convert.ToHexStringLower(bytes));
        AddAcrossLines(patterns, id, Hexadecimal, Convert.ToHexString(bytes));
        string percent = PercentEncode(bytes);
        Add(patterns, id, "URL-encoded", percent);
        Add(patterns, id, "URL-encoded", LowerEscapes(percent));
        Add(patterns, id, "URL-encoded", percent.Replace("%20", "+", StringComparison.Ordinal));
        if (UnixPath.TryDecode(bytes, out string text))
        {
            Add(patterns, id, "JSON", JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString());
            Add(patterns, id, "JSON", JsonEncodedText.Encode(text).ToString());
            Add(patterns, id, "JSON", JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString().Replace("/", "\\/", StringComparison.Ordinal));
            patterns.Add(new(id, "UTF-16", Encoding.Unicode.GetBytes(text)));
            patterns.Add(new(id, "UTF-16", Encoding.BigEndianUnicode.GetBytes(text)));
        }

        return [.. patterns.DistinctBy(p => Convert.ToBase64String(p.Bytes))];
    }

    // What stands before the secret shifts its bits: three texts, of which the digits that depend on neighbours are left out.
    private static void AddBase64(List<SecretPattern> patterns, string id, byte[] bytes)
    {
        for (int shift = 0; shift < 3; shift++)
        {
            string text = Convert.ToBase64String([.. new byte[shift], .. bytes]);
            int first = ((shift * 8) + 5) / 6, end = (shift + bytes.Length) * 8 / 6;
            string certain = text[first..end];
            AddAcrossLines(patterns, id, Base64, certain);
            AddAcrossLines(patterns, id, Base64, certain.Replace('+', '-').Replace('/', '_'));
        }
    }

    private static string PercentEncode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (byte b in bytes)
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~') text.Append((char)b);
            else text.Append('%').Append(b.ToString("X2"));
        }

        return text.ToString();
    }

    private static string LowerEscapes(string percent)
    {
        char[] text = percent.ToCharArray();
        for (int i = 0; i + 2 < text.Length; i++)
        {
            if (text[i] != '%') continue;
            (text[i + 1], text[i + 2]) = (char.ToLowerInvariant(text[i + 1]), char.ToLowerInvariant(text[i + 2]));
        }

        return new string(text);
    }

    private static void Add(List<SecretPattern> patterns, string id, string form, string text) => patterns.Add(new(id, form, Encoding.UTF8.GetBytes(text)));

    private static void AddAcrossLines(List<SecretPattern> patterns, string id, string form, string text) =>
        patterns.Add(new(id, form, Encoding.UTF8.GetBytes(text)) { AcrossLines = true });
}
