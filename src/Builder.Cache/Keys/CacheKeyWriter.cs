using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using Builder.Oci;

namespace Builder.Cache.Keys;

/// <summary>
/// Builds a cache key from an allow-list of named, typed, length-framed fields: no two different inputs share an encoding. Remembers
/// each field's name and value digest, so that two keys can be compared later; the value itself only where the recipe says that it
/// is no secret.
/// </summary>
/// <remarks>
/// A value is hashed as: type tag, number of parts, then each part as form, length and bytes. A key is hashed as: format, kind, version,
/// number of fields, then each field's name (framed like a part) and value digest, in the order they were added. Numbers are 64 bits,
/// little-endian.
/// </remarks>
public sealed class CacheKeyWriter
{
    private const byte Format = 1;
    private const byte FormUtf8 = 0;
    private const byte FormUtf16 = 1;
    private const int LongestText = 1024;

    private readonly List<CacheKeyField> _fields = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private bool _finished;

    /// <summary>Begins a key.</summary>
    /// <param name="kind">Kind of operation, such as <c>run</c>.</param>
    /// <param name="version">Raised when the meaning of the operation changes.</param>
    public CacheKeyWriter(string kind, int version) => (Kind, Version) = (kind, version);

    private enum Tag : byte
    {
        Null,
        Text,
        Truth,
        Number,
        Digest,
        List,
        NullList,
        Bytes,
    }

    public string Kind { get; }

    public int Version { get; }

    /// <summary>Adds a text; null differs from empty.</summary>
    /// <param name="name">The field.</param>
    /// <param name="value">Its value.</param>
    /// <param name="readable">Keep the value itself too.</param>
    /// <exception cref="ArgumentException">The key has a field of this name already.</exception>
    public void Add(string name, string? value, bool readable = false)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendHeader(hash, value is null ? Tag.Null : Tag.Text, value is null ? 0 : 1);
        if (value is not null) AppendPart(hash, value);
        AddField(name, hash, readable ? value : null);
    }

    /// <summary>Adds a truth value.</summary>
    /// <exception cref="ArgumentException">The key has a field of this name already.</exception>
    public void Add(string name, bool value)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendHeader(hash, Tag.Truth, value ? 1 : 0);
        AddField(name, hash, value ? "yes" : "no");
    }

    /// <summary>Adds a number.</summary>
    /// <exception cref="ArgumentException">The key has a field of this name already.</exception>
    public void Add(string name, long value)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendHeader(hash, Tag.Number, value);
        AddField(name, hash, value.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Adds a digest.</summary>
    /// <param name="name">The field.</param>
    /// <param name="value">Its value.</param>
    /// <param name="text">What is kept for people; the digest itself when null. Not part of the key.</param>
    /// <exception cref="ArgumentException">The key has a field of this name already.</exception>
    public void Add(string name, Digest value, string? text = null)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendHeader(hash, Tag.Digest, 1);
        AppendPart(hash, value.ToString());
        AddField(name, hash, text ?? value.ToString());
    }

    /// <summary>Adds bytes.</summary>
    /// <exception cref="ArgumentException">The key has a field of this name already.</exception>
    public void Add(string name, ReadOnlySpan<byte> value)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendHeader(hash, Tag.Bytes, value.Length);
        hash.AppendData(value);
        AddField(name, hash, null);
    }

    /// <summary>Adds a list of texts, in the order given; null differs from empty.</summary>
    /// <param name="name">The field.</param>
    /// <param name="values">Its value.</param>
    /// <param name="readable">Keep the values themselves too, joined by blanks.</param>
    /// <exception cref="ArgumentException">The key has a field of this name already.</exception>
    public void Add(string name, IEnumerable<string>? values, bool readable = false)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        IReadOnlyCollection<string> items = values as IReadOnlyCollection<string> ?? values?.ToList() ?? [];
        AppendHeader(hash, values is null ? Tag.NullList : Tag.List, items.Count);
        foreach (string item in items) AppendPart(hash, item);
        AddField(name, hash, readable && values is not null ? string.Join(' ', items) : null);
    }

    /// <summary>Ends the key.</summary>
    public CacheKey Finish()
    {
        _finished = true;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([Format]);
        AppendPart(hash, Kind);
        AppendNumber(hash, Version);
        AppendNumber(hash, _fields.Count);
        foreach (CacheKeyField field in _fields)
        {
            AppendPart(hash, field.Name);
            AppendPart(hash, field.ValueDigest.ToString());
        }

        return new CacheKey(DigestOf(hash), [.. _fields]);
    }

    private static void AppendHeader(IncrementalHash hash, Tag tag, long count)
    {
        hash.AppendData([(byte)tag]);
        AppendNumber(hash, count);
    }

    private static void AppendPart(IncrementalHash hash, string text)
    {
        // Half a surrogate pair has no UTF-8: all such texts would become the same bytes, so they are taken as they are in memory.
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(text.AsSpan());
        byte form = FormUtf16;
        byte[] buffer = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        if (Utf8.FromUtf16(text, buffer, out _, out int written, replaceInvalidSequences: false) == System.Buffers.OperationStatus.Done)
        {
            bytes = buffer.AsSpan(0, written);
            form = FormUtf8;
        }

        hash.AppendData([form]);
        AppendNumber(hash, bytes.Length);
        hash.AppendData(bytes);
    }

    private static void AppendNumber(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        hash.AppendData(bytes);
    }

    private static Digest DigestOf(IncrementalHash hash)
    {
        Span<byte> value = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(value);
        return Digest.FromSha256(value);
    }

    private void AddField(string name, IncrementalHash hash, string? text)
    {
        if (_finished) throw new InvalidOperationException("the key is finished");
        if (!_names.Add(name)) throw new ArgumentException($"the key has a field '{name}' already", nameof(name));
        _fields.Add(new CacheKeyField(name, DigestOf(hash), text is { Length: > LongestText } ? text[..LongestText] + "..." : text));
    }
}
