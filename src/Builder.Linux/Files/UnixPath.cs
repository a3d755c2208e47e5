using System.Text;

namespace Builder.Linux.Files;

/// <summary>Paths and names as the kernel has them: bytes.</summary>
public static class UnixPath
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>UTF-8 bytes of a text.</summary>
    /// <exception cref="ArgumentException">The text holds half a surrogate pair.</exception>
    public static byte[] Encode(string path) => Strict.GetBytes(path);

    /// <summary>The text of UTF-8 bytes; bytes that are not UTF-8 become U+FFFD, so two names may end up equal: for display only.</summary>
    public static string Decode(ReadOnlySpan<byte> path) => Encoding.UTF8.GetString(path);

    /// <summary>The text of UTF-8 bytes; false when they are not UTF-8.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> path, out string text)
    {
        bool valid = System.Text.Unicode.Utf8.IsValid(path);
        text = valid ? Strict.GetString(path) : "";
        return valid;
    }

    /// <summary>For messages: control characters and bytes that are not UTF-8 are shown as <c>\xNN</c>.</summary>
    public static string Quote(ReadOnlySpan<byte> path)
    {
        StringBuilder text = new(path.Length);
        while (!path.IsEmpty)
        {
            bool valid = Rune.DecodeFromUtf8(path, out Rune rune, out int length) == System.Buffers.OperationStatus.Done;
            if (valid && !Rune.IsControl(rune)) text.Append(rune.ToString());
            else foreach (byte b in path[..length]) text.Append($"\\x{b:x2}");
            path = path[length..];
        }

        return text.ToString();
    }

    /// <summary>
    /// The path from the root with <c>.</c>, <c>..</c> and empty components worked out by text alone: no leading or trailing slash,
    /// empty for the root. <c>..</c> never leaves the root.
    /// </summary>
    public static byte[] Clean(ReadOnlySpan<byte> path)
    {
        byte[] result = new byte[path.Length];
        int length = 0;
        foreach (Range range in path.Split((byte)'/'))
        {
            ReadOnlySpan<byte> component = path[range];
            if (component.IsEmpty || component.SequenceEqual("."u8)) continue;
            if (component.SequenceEqual(".."u8))
            {
                length = Math.Max(0, result.AsSpan(0, length).LastIndexOf((byte)'/'));
                continue;
            }

            if (length > 0) result[length++] = (byte)'/';
            component.CopyTo(result.AsSpan(length));
            length += component.Length;
        }

        return result.AsSpan(0, length).ToArray();
    }

    /// <summary>The components that are not empty, in order; <c>.</c> and <c>..</c> are kept.</summary>
    public static List<byte[]> Split(ReadOnlySpan<byte> path)
    {
        List<byte[]> components = [];
        foreach (Range range in path.Split((byte)'/'))
        {
            if (!path[range].IsEmpty) components.Add(path[range].ToArray());
        }

        return components;
    }

    /// <summary>Directory and name with one slash between; an empty directory adds none.</summary>
    public static byte[] Join(ReadOnlySpan<byte> directory, ReadOnlySpan<byte> name)
    {
        if (directory.IsEmpty) return name.ToArray();
        ReadOnlySpan<byte> slash = directory[^1] == (byte)'/' ? default : "/"u8;
        return [.. directory, .. slash, .. name];
    }

    /// <summary>The last component.</summary>
    public static ReadOnlySpan<byte> FileName(ReadOnlySpan<byte> path) => path[(path.LastIndexOf((byte)'/') + 1)..];

    /// <summary>All but the last component, without the slash between; empty when there is only one.</summary>
    public static ReadOnlySpan<byte> DirectoryName(ReadOnlySpan<byte> path) => path[..Math.Max(0, path.LastIndexOf((byte)'/'))];
}
