namespace Builder.Executor.Secrets;

/// <summary>
/// A stream without its line breaks and what indents its lines: programs break base64 and hexadecimal digits into lines wherever they like. Only a part
/// of it is held at a time, and where that came from.
/// </summary>
/// <param name="kept">How many bytes of the end are kept when the next are added.</param>
internal sealed class JoinedLines(int kept)
{
    private readonly List<(int At, long Source)> _pieces = [];
    private byte[] _bytes = [];
    private int _length;
    private bool _isAtStartOfLine;

    /// <summary>What was kept, and what was added last.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _pieces.Clear();
        (_length, _isAtStartOfLine) = (0, false);
    }

    /// <summary>Adds what comes next in the stream.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="source">Their place in the stream.</param>
    public void Add(ReadOnlySpan<byte> bytes, long source)
    {
        KeepEnd();
        if (_bytes.Length < _length + bytes.Length) Array.Resize(ref _bytes, _length + bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (_isAtStartOfLine)
            {
                int blanks = bytes.IndexOfAnyExcept(" \t\r\n"u8);
                if (blanks < 0) return;
                bytes = bytes[blanks..];
                source += blanks;
                _isAtStartOfLine = false;
            }

            int line = bytes.IndexOfAny((byte)'\r', (byte)'\n');
            _isAtStartOfLine = line >= 0;
            if (line < 0) line = bytes.Length;
            _pieces.Add((_length, source));
            bytes[..line].CopyTo(_bytes.AsSpan(_length));
            _length += line;
            bytes = bytes[line..];
            source += line;
        }
    }

    /// <summary>Where in the stream a byte of <see cref="Bytes"/> is.</summary>
    public long SourceOf(int index)
    {
        (int at, long source) = _pieces.FindLast(p => p.At <= index);
        return source + index - at;
    }

    private void KeepEnd()
    {
        int cut = Math.Max(0, _length - kept);
        if (cut == 0) return;
        int first = Math.Max(0, _pieces.FindLastIndex(p => p.At <= cut));
        _pieces.RemoveRange(0, first);
        for (int i = 0; i < _pieces.Count; i++)
        {
            (int at, long source) = _pieces[i];
            int skipped = Math.Max(0, cut - at);
            _pieces[i] = (Math.Max(0, at - cut), source + skipped);
        }

        _bytes.AsSpan(cut, _length - cut).CopyTo(_bytes);
        _length -= cut;
    }
}
