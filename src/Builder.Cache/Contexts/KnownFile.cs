using Builder.Oci;

namespace Builder.Cache.Contexts;

/// <summary>What a <see cref="StatIndex"/> knows of a file that nobody has touched since.</summary>
public sealed class KnownFile
{
    internal KnownFile(FileIdentity identity, bool isPlain, ReadOnlyMemory<byte> hash) => (Identity, IsPlain, Hash) = (identity, isPlain, hash);

    /// <summary>Of its content.</summary>
    public Digest Digest => Digest.FromSha256(Hash.Span);

    /// <summary>Whether it has no extended attribute that counts.</summary>
    public bool IsPlain { get; }

    internal FileIdentity Identity { get; }

    // The sha256 of its content, 32 bytes.
    internal ReadOnlyMemory<byte> Hash { get; }

    internal bool IsUsed { get; set; }
}
