using System.Buffers;

namespace Builder.Oci.Tar;

/// <summary>
/// Reads a tar archive forward: v7, ustar, PAX and GNU, sparse files included. Nothing of unbounded size is held.
/// Bytes behind the end of the archive stay unread; who needs the digest of the whole stream reads them.
/// </summary>
/// <param name="input">The archive, not compressed; not closed.</param>
public sealed class TarReader(Stream input) : IDisposable
{
    /// <summary>Holes that the sparse files of one archive may have together, in bytes.</summary>
    public const long MostHoles = 64L << 30;

    private readonly byte[] _block = new byte[TarBlock.Size];
    private readonly PaxOverrides _global = new();
    private TarContent? _content;
    private long _padding;
    private long _holes;
    private bool _ended;

    /// <summary>The content of the entry read last, valid until the next one is read; empty for what has none.</summary>
    public Stream Content => _content ?? throw new InvalidOperationException("there is no current entry");

    /// <summary>Whether a hole of a sparse file comes next.</summary>
    public bool IsAtHole => _content?.IsAtHole == true;

    /// <summary>Passes over a hole of the current content, where one comes next, without reading its zeros.</summary>
    /// <returns>Its length; 0 where there is none.</returns>
    public long SkipHole() => _content?.SkipHole() ?? 0;

    /// <summary>Goes to the next entry, past what is left of the current content; null at the end.</summary>
    /// <exception cref="TarFormatException">The archive is malformed or truncated.</exception>
    // With async false every step completes at once, so there is nothing to wait for.
    public TarEntry? ReadEntry() => ReadEntryAsync(async: false, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc cref="ReadEntry"/>
    public async ValueTask<TarEntry?> ReadEntryAsync(CancellationToken cancellationToken) => await ReadEntryAsync(async: true, cancellationToken);

    /// <summary>Ends the life of the current content. The input stays open.</summary>
    public void Dispose()
    {
        _content?.Dispose();
        _content = null;
    }

    internal static TarFormatException Truncated() => new("the archive ends in the middle of an entry: it is truncated");

    private async ValueTask<TarEntry?> ReadEntryAsync(bool async, CancellationToken cancellationToken)
    {
        if (_ended) return null;
        await SkipContentAsync(async, cancellationToken);
        var local = new PaxOverrides();
        while (await ReadBlockAsync(async, cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TarBlock.IsZero(_block))
            {
                if (await ReadBlockAsync(async, cancellationToken) && !TarBlock.IsZero(_block)) throw new TarFormatException("the archive goes on behind a block of zeros");
                break;
            }

            if (!TarBlock.HasValidChecksum(_block)) throw new TarFormatException("a header has a wrong checksum: this is no tar archive, or it is damaged");
            switch (_block[TarBlock.Type])
            {
                case (byte)'x' or (byte)'X':
                    local.Add(await ReadMetadataAsync(local, async, cancellationToken), global: false);
                    break;
                case (byte)'g':
                    _global.Add(await ReadMetadataAsync(_global, async, cancellationToken), global: true);
                    break;
                case (byte)'L':
                    local.GnuName = LongName(await ReadMetadataAsync(local, async, cancellationToken));
                    break;
                case (byte)'K':
                    local.GnuLinkName = LongName(await ReadMetadataAsync(local, async, cancellationToken));
                    break;
                case (byte)'V':
                    // The label of a volume: it makes nothing.
                    await ReadMetadataAsync(new PaxOverrides(), async, cancellationToken);
                    break;
                default:
                    return await BeginAsync(new TarHeader(_block, local, _global), async, cancellationToken);
            }
        }

        if (!local.IsEmpty) throw Truncated();
        _ended = true;
        return null;
    }

    private static byte[] LongName(byte[] data)
    {
        byte[] name = TarBlock.Text(data).ToArray();
        return name.Length is > 0 and <= TarBlock.MaxNameLength ? name : throw new TarFormatException($"a GNU long name is empty or longer than {TarBlock.MaxNameLength} bytes");
    }

    private async ValueTask<TarEntry> BeginAsync(TarHeader header, bool async, CancellationToken cancellationToken)
    {
        TarEntry entry = header.Decode();
        long stored = header.StoredSize;
        _padding = TarBlock.Padding(stored);
        IReadOnlyList<TarExtent>? extents = null;
        long size = stored;
        if (entry.Type == TarEntryType.File)
        {
            if (header.IsGnuSparse)
            {
                size = header.GnuRealSize();
                extents = await ReadGnuMapAsync(header, async, cancellationToken);
            }
            else if (header.HasMapInContent)
            {
                size = header.PaxRealSize();
                (extents, int used) = await ReadContentMapAsync(stored, async, cancellationToken);
                stored -= used;
            }
            else if (header.HasMapInHeader)
            {
                (size, extents) = (header.PaxRealSize(), header.PaxMap());
            }

            if (extents is not null) CheckHoles(entry, extents, size, stored);
        }

        _content = new TarContent(input, stored, size, extents);
        return extents is null ? entry : entry with { Size = size, Extents = extents };
    }

    // A header of 512 bytes can claim any number of zeros, and everything after this would have to read them.
    private void CheckHoles(TarEntry entry, IReadOnlyList<TarExtent> extents, long size, long stored)
    {
        SparseMap.Check(extents, size, stored);
        if (size - stored > MostHoles - _holes) throw new TarFormatException($"the holes of sparse files are more than {MostHoles >> 30} GiB, at '{entry}'");
        _holes += size - stored;
    }

    private async ValueTask<List<TarExtent>> ReadGnuMapAsync(TarHeader header, bool async, CancellationToken cancellationToken)
    {
        (List<TarExtent> extents, bool continues) = header.GnuMap();
        while (continues)
        {
            if (extents.Count > SparseMap.MaxExtents) throw SparseMap.TooLarge();
            if (!await ReadBlockAsync(async, cancellationToken)) throw Truncated();
            TarHeader.AddGnuExtents(extents, _block.AsSpan(0, TarBlock.GnuExtensionContinues));
            continues = _block[TarBlock.GnuExtensionContinues] != 0;
        }

        return extents;
    }

    private async ValueTask<(List<TarExtent> Extents, int Used)> ReadContentMapAsync(long stored, bool async, CancellationToken cancellationToken)
    {
        var map = new SparseMap();
        int used = 0;
        do
        {
            used += TarBlock.Size;
            if (used > stored) throw new TarFormatException("the sparse map of a file is longer than its content");
            if (!await ReadBlockAsync(async, cancellationToken)) throw Truncated();
        }
        while (!map.Add(_block));

        return (map.Extents, used);
    }

    private async ValueTask<byte[]> ReadMetadataAsync(PaxOverrides counter, bool async, CancellationToken cancellationToken)
    {
        if (!TarBlock.TryNumber(_block.AsSpan(TarBlock.Length), out long size) || size is < 0 or > TarBlock.MaxPaxSize)
            throw new TarFormatException($"an extended header has a malformed size or one over {TarBlock.MaxPaxSize} bytes");
        counter.Count((int)size + TarBlock.Size);
        byte[] data = new byte[size + TarBlock.Padding(size)];
        if (await FillAsync(data, async, cancellationToken) < data.Length) throw Truncated();
        return data[..(int)size];
    }

    // False at the end of the input.
    private async ValueTask<bool> ReadBlockAsync(bool async, CancellationToken cancellationToken)
    {
        int count = await FillAsync(_block, async, cancellationToken);
        return count == 0 ? false : count == TarBlock.Size ? true : throw Truncated();
    }

    private async ValueTask SkipContentAsync(bool async, CancellationToken cancellationToken)
    {
        if (_content is null) return;
        long rest = _content.StoredRest + _padding;
        _content.Dispose();
        (_content, _padding) = (null, 0);
        if (rest == 0) return;
        if (input.CanSeek)
        {
            if (input.Length - input.Position < rest) throw Truncated();
            input.Seek(rest, SeekOrigin.Current);
            return;
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(rest, 128 << 10));
        try
        {
            while (rest > 0)
            {
                int wanted = (int)Math.Min(rest, buffer.Length);
                if (await FillAsync(buffer.AsMemory(0, wanted), async, cancellationToken) < wanted) throw Truncated();
                rest -= wanted;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private ValueTask<int> FillAsync(Memory<byte> buffer, bool async, CancellationToken cancellationToken) => async
        ? input.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)
        : new ValueTask<int>(input.ReadAtLeast(buffer.Span, buffer.Length, throwOnEndOfStream: false));
}
