using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Builder.EndToEnd.Tests.Trees;

/// <summary>
/// Reads a tar stream byte for byte: ustar, PAX and GNU long names. Independent of the product's own codec, and of System.Formats.Tar,
/// which turns names and attribute values into text.
/// </summary>
internal sealed class TarReader(Stream stream)
{
    private const int BlockSize = 512;
    private const string AttributePrefix = "SCHILY.xattr.";

    public IEnumerable<TreeEntry> Entries()
    {
        Dictionary<string, byte[]> extended = new(StringComparer.Ordinal);
        byte[] header = new byte[BlockSize];
        while (stream.ReadAtLeast(header, BlockSize, throwOnEndOfStream: false) == BlockSize && header.AsSpan().ContainsAnyExcept((byte)0))
        {
            long size = extended.TryGetValue("size", out byte[]? paxSize)
                ? long.Parse(Encoding.ASCII.GetString(paxSize), CultureInfo.InvariantCulture)
                : Number(header, 124, 12);
            switch ((char)header[156])
            {
                case 'x':
                    ReadExtended(ReadData(size), extended);
                    break;
                case 'g':
                    ReadData(size);
                    break;
                case 'L':
                    extended["path"] = ReadData(size).AsSpan().TrimEnd((byte)0).ToArray();
                    break;
                case 'K':
                    extended["linkpath"] = ReadData(size).AsSpan().TrimEnd((byte)0).ToArray();
                    break;
                default:
                    yield return ReadEntry(header, extended, size);
                    extended.Clear();
                    break;
            }
        }
    }

    private TreeEntry ReadEntry(byte[] header, Dictionary<string, byte[]> extended, long size)
    {
        char flag = (char)header[156];
        string type = TypeOf(flag);
        string path = Text(extended, "path") ?? Name(header);
        TreeEntry entry = new()
        {
            Path = Normalize(path),
            Type = type == "file" && path.EndsWith('/') ? "directory" : type,
            Mode = (int)Number(header, 100, 8) & 0xFFF,
            Uid = Decimal(extended, "uid") ?? Number(header, 108, 8),
            Gid = Decimal(extended, "gid") ?? Number(header, 116, 8),
            Size = type == "file" ? size : 0,
            LinkTarget = type switch
            {
                "symlink" => Text(extended, "linkpath") ?? Field(header, 157, 100),
                "hardlink" => Normalize(Text(extended, "linkpath") ?? Field(header, 157, 100)),
                _ => "",
            },
            Modified = DateTimeOffset.FromUnixTimeSeconds(Seconds(extended) ?? Number(header, 136, 12)),
            Device = type is "char" or "block" ? $"{Number(header, 329, 8)}:{Number(header, 337, 8)}" : "",
            Attributes = extended
                .Where(pair => pair.Key.StartsWith(AttributePrefix, StringComparison.Ordinal))
                .ToImmutableSortedDictionary(pair => pair.Key[AttributePrefix.Length..], pair => Convert.ToHexStringLower(pair.Value), StringComparer.Ordinal),
        };
        string digest = Digest(size);
        return type == "file" ? entry with { Sha256 = digest } : entry;
    }

    private static string TypeOf(char flag) => flag switch
    {
        '0' or '\0' or '7' => "file",
        '1' => "hardlink",
        '2' => "symlink",
        '3' => "char",
        '4' => "block",
        '5' => "directory",
        '6' => "fifo",
        _ => throw new InvalidDataException($"tar entry of type '{flag}'"),
    };

    private static string Normalize(string path)
    {
        string trimmed = path.Trim('/');
        while (trimmed.StartsWith("./", StringComparison.Ordinal))
            trimmed = trimmed[2..].TrimStart('/');
        return trimmed == "." ? "" : trimmed;
    }

    private static string Name(byte[] header)
    {
        string name = Field(header, 0, 100);
        bool isUstar = Encoding.ASCII.GetString(header, 257, 6) == "ustar\0";
        string prefix = isUstar ? Field(header, 345, 155) : "";
        return prefix.Length > 0 ? $"{prefix}/{name}" : name;
    }

    private static string Field(byte[] header, int offset, int length) =>
        Encoding.Latin1.GetString(header, offset, length).Split('\0', 2)[0];

    private static long Number(byte[] header, int offset, int length)
    {
        if ((header[offset] & 0x80) == 0)
        {
            string digits = Field(header, offset, length).Trim();
            return digits.Length == 0 ? 0 : Convert.ToInt64(digits, 8);
        }

        long value = header[offset] & 0x7F;
        for (int i = 1; i < length; i++)
            value = (value << 8) | header[offset + i];
        return value;
    }

    private static string? Text(Dictionary<string, byte[]> extended, string key) =>
        extended.TryGetValue(key, out byte[]? value) ? Encoding.Latin1.GetString(value) : null;

    private static long? Seconds(Dictionary<string, byte[]> extended) =>
        Text(extended, "mtime") is { } time ? (long)Math.Floor(decimal.Parse(time, CultureInfo.InvariantCulture)) : null;

    private static long? Decimal(Dictionary<string, byte[]> extended, string key) =>
        extended.TryGetValue(key, out byte[]? value) ? long.Parse(Encoding.ASCII.GetString(value), CultureInfo.InvariantCulture) : null;

    private static void ReadExtended(byte[] data, Dictionary<string, byte[]> into)
    {
        for (int start = 0; start < data.Length && data[start] != 0;)
        {
            int space = Array.IndexOf(data, (byte)' ', start);
            int length = int.Parse(Encoding.ASCII.GetString(data, start, space - start), CultureInfo.InvariantCulture);
            int equals = Array.IndexOf(data, (byte)'=', space);
            string key = Encoding.Latin1.GetString(data, space + 1, equals - space - 1);
            into[key] = data[(equals + 1)..(start + length - 1)];
            start += length;
        }
    }

    private byte[] ReadData(long size)
    {
        byte[] data = new byte[size];
        stream.ReadExactly(data);
        SkipPadding(size);
        return data;
    }

    private string Digest(long size)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 16];
        for (long left = size; left > 0;)
        {
            int read = stream.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
            if (read == 0)
                throw new EndOfStreamException("tar archive ends inside a file");
            hash.AppendData(buffer, 0, read);
            left -= read;
        }

        SkipPadding(size);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private void SkipPadding(long size)
    {
        Span<byte> padding = stackalloc byte[BlockSize];
        int length = (int)(-size & (BlockSize - 1));
        stream.ReadExactly(padding[..length]);
    }
}
