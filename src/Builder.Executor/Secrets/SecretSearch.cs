namespace Builder.Executor.Secrets;

/// <summary>Looks for secrets in streams of any length, in bounded memory.</summary>
/// <param name="patterns">What to look for.</param>
internal sealed class SecretSearch(IReadOnlyList<SecretPattern> patterns)
{
    private const int ChunkSize = 256 << 10;
    private readonly int _overlap = patterns.Count == 0 ? 0 : patterns.Max(p => p.Bytes.Length) - 1;
    private byte[] _buffer = [];

    /// <summary>Whether there is nothing to look for.</summary>
    public bool IsEmpty => patterns.Count == 0;

    /// <summary>The first secret in some bytes.</summary>
    public SecretMatch? Find(ReadOnlySpan<byte> bytes)
    {
        SecretMatch? found = null;
        foreach (SecretPattern pattern in patterns)
        {
            int index = bytes.IndexOf(pattern.Bytes);
            if (index >= 0 && (found is null || index < found.Offset)) found = new SecretMatch(pattern, index);
        }

        return found;
    }

    /// <summary>The first secret in a stream; it is read up to there, or to its end.</summary>
    public SecretMatch? Find(Stream stream, CancellationToken cancellationToken)
    {
        if (_buffer.Length == 0) _buffer = new byte[_overlap + Math.Max(ChunkSize, _overlap)];
        long start = 0;
        int kept = 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int read = stream.ReadAtLeast(_buffer.AsSpan(kept), _buffer.Length - kept, throwOnEndOfStream: false);
            int length = kept + read;
            if (Find(_buffer.AsSpan(0, length)) is { } match) return match with { Offset = start + match.Offset };
            if (length < _buffer.Length) return null;
            _buffer.AsSpan(length - _overlap, _overlap).CopyTo(_buffer);
            start += length - _overlap;
            kept = _overlap;
        }
    }
}

/// <summary>A secret that was found.</summary>
/// <param name="Pattern">Which, and how it is written.</param>
/// <param name="Offset">Where, in bytes from the beginning.</param>
internal sealed record SecretMatch(SecretPattern Pattern, long Offset);
