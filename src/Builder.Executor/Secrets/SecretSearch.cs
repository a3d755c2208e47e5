namespace Builder.Executor.Secrets;

/// <summary>Looks for secrets in streams of any length, in bounded memory.</summary>
internal sealed class SecretSearch
{
    private const int ChunkSize = 256 << 10;
    private readonly SecretPattern[] _plain;
    private readonly SecretPattern[] _acrossLines;
    private readonly int _overlap;
    private readonly JoinedLines _joined;
    private byte[] _buffer = [];

    /// <summary>For these patterns.</summary>
    public SecretSearch(IReadOnlyList<SecretPattern> patterns)
    {
        _plain = [.. patterns.Where(p => !p.AcrossLines)];
        _acrossLines = [.. patterns.Where(p => p.AcrossLines)];
        _overlap = Overlap(_plain);
        _joined = new JoinedLines(Overlap(_acrossLines));
    }

    /// <summary>Whether there is nothing to look for.</summary>
    public bool IsEmpty => _plain.Length == 0 && _acrossLines.Length == 0;

    /// <summary>The first secret in some bytes. May be called from several threads.</summary>
    public SecretMatch? Find(ReadOnlySpan<byte> bytes)
    {
        if (bytes.ContainsAny((byte)'\r', (byte)'\n')) return Earlier(Find(_plain, bytes), FindJoined(new JoinedLines(0), bytes, 0));
        return Earlier(Find(_plain, bytes), Find(_acrossLines, bytes));
    }

    /// <summary>The first secret in a stream; it is read up to there, or to its end.</summary>
    public SecretMatch? Find(Stream stream, CancellationToken cancellationToken)
    {
        if (_buffer.Length == 0) _buffer = new byte[_overlap + Math.Max(ChunkSize, _overlap)];
        _joined.Clear();
        long start = 0;
        int kept = 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int read = stream.ReadAtLeast(_buffer.AsSpan(kept), _buffer.Length - kept, throwOnEndOfStream: false);
            int length = kept + read;
            SecretMatch? plain = Find(_plain, _buffer.AsSpan(0, length));
            if (plain is not null) plain = plain with { Offset = start + plain.Offset };
            if (Earlier(plain, FindJoined(_joined, _buffer.AsSpan(kept, read), start + kept)) is { } match) return match;
            if (length < _buffer.Length) return null;
            _buffer.AsSpan(length - _overlap, _overlap).CopyTo(_buffer);
            start += length - _overlap;
            kept = _overlap;
        }
    }

    private static int Overlap(SecretPattern[] patterns) => patterns.Length == 0 ? 0 : patterns.Max(p => p.Bytes.Length) - 1;

    private static SecretMatch? Earlier(SecretMatch? one, SecretMatch? other) =>
        one is null || (other is not null && other.Offset < one.Offset) ? other : one;

    private static SecretMatch? Find(SecretPattern[] patterns, ReadOnlySpan<byte> bytes)
    {
        SecretMatch? found = null;
        foreach (SecretPattern pattern in patterns)
        {
            int index = bytes.IndexOf(pattern.Bytes);
            if (index >= 0 && (found is null || index < found.Offset)) found = new SecretMatch(pattern, index);
        }

        return found;
    }

    private SecretMatch? FindJoined(JoinedLines joined, ReadOnlySpan<byte> bytes, long source)
    {
        if (_acrossLines.Length == 0) return null;
        joined.Add(bytes, source);
        return Find(_acrossLines, joined.Bytes) is { } match ? match with { Offset = joined.SourceOf((int)match.Offset) } : null;
    }
}

/// <summary>A secret that was found.</summary>
/// <param name="Pattern">Which, and how it is written.</param>
/// <param name="Offset">Where, in bytes from the beginning.</param>
internal sealed record SecretMatch(SecretPattern Pattern, long Offset);
