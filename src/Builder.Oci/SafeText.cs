namespace Builder.Oci;

/// <summary>Text by strangers on its way into a message, and so to a terminal.</summary>
public static class SafeText
{
    /// <summary>The text with a question mark for each control character.</summary>
    public static string Of(string text) => !text.AsSpan().ContainsControl() ? text : string.Create(text.Length, text, static (span, source) =>
    {
        for (int i = 0; i < span.Length; i++) span[i] = char.IsControl(source[i]) ? '?' : source[i];
    });

    private static bool ContainsControl(this ReadOnlySpan<char> text) => text.ContainsAnyInRange('\0', '\u001f') || text.ContainsAnyInRange('\u007f', '\u009f');
}
