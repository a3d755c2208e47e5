using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Builder.Linux.Files;
using Builder.Oci;

namespace Builder.Cache.Contexts;

/// <summary>What a file contained when it had a certain status. There is one for each file of a context: nothing in it is a reference.</summary>
public sealed class KnownFile
{
    private readonly FileIdentity _identity;
    private Sha256Bytes _hash;

    internal KnownFile(FileIdentity identity, bool isPlain, ReadOnlySpan<byte> hash)
    {
        (_identity, IsPlain) = (identity, isPlain);
        hash.CopyTo(_hash);
    }

    /// <summary>Remembers what a file contains.</summary>
    /// <param name="status">Of the file, before and after it was read.</param>
    /// <param name="hash">The sha256 of its content, 32 bytes.</param>
    /// <param name="isPlain">It has no extended attribute that counts.</param>
    public KnownFile(in FileStatus status, ReadOnlySpan<byte> hash, bool isPlain)
        : this(FileIdentity.Of(status), isPlain, hash)
    {
    }

    /// <summary>Of its content.</summary>
    public Digest Digest => Digest.FromSha256(_hash);

    /// <summary>Whether it has no extended attribute that counts.</summary>
    public bool IsPlain { get; }

    internal FileIdentity Identity => _identity;

    internal bool IsUsed { get; set; }

    /// <summary>Whether a file has still that status, as far as its content depends on it.</summary>
    public bool IsOf(in FileStatus status) => _identity == FileIdentity.Of(status);

    internal void CopyHashTo(Span<byte> bytes) => ((ReadOnlySpan<byte>)_hash).CopyTo(bytes);

    [InlineArray(SHA256.HashSizeInBytes)]
    private struct Sha256Bytes
    {
        private byte _first;
    }
}
