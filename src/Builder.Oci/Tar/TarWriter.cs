using System.Buffers;

namespace Builder.Oci.Tar;

/// <summary>
/// Writes a tar archive: ustar headers, with PAX extended headers for what those can't say. The same entries give the same
/// bytes: numeric ids only, nothing from the clock. An archive is whole only after <see cref="Complete"/>.
/// </summary>
/// <param name="output">Where to; never seeked, not closed.</param>
public sealed class TarWriter(Stream output)
{
    private const int CopyBufferSize = 128 << 10;

    /// <summary>Writes one entry. For a file exactly <see cref="TarEntry.Size"/> bytes of the content are copied.</summary>
    /// <exception cref="TarFormatException">The entry can't be expressed, or the content ends early (the archive is then useless).</exception>
    public void WriteEntry(TarEntry entry, Stream? content = null)
    {
        output.Write(TarHeaderEncoder.Encode(entry));
        long rest = CheckContent(entry, content);
        if (rest == 0) return;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(CopyBufferSize);
        try
        {
            while (rest > 0)
            {
                int count = content!.Read(buffer, 0, (int)Math.Min(rest, CopyBufferSize)); // checked by CheckContent
                if (count == 0) throw EndedEarly(entry, rest);
                output.Write(buffer, 0, count);
                rest -= count;
            }

            output.Write(Zeros(buffer, TarBlock.Padding(entry.Size)).Span);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <inheritdoc cref="WriteEntry"/>
    public async Task WriteEntryAsync(TarEntry entry, Stream? content, CancellationToken cancellationToken)
    {
        await output.WriteAsync(TarHeaderEncoder.Encode(entry), cancellationToken);
        long rest = CheckContent(entry, content);
        if (rest == 0) return;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(CopyBufferSize);
        try
        {
            while (rest > 0)
            {
                int count = await content!.ReadAsync(buffer.AsMemory(0, (int)Math.Min(rest, CopyBufferSize)), cancellationToken); // checked by CheckContent
                if (count == 0) throw EndedEarly(entry, rest);
                await output.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                rest -= count;
            }

            await output.WriteAsync(Zeros(buffer, TarBlock.Padding(entry.Size)), cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Writes the end of the archive: two blocks of zeros.</summary>
    public void Complete() => output.Write(new byte[2 * TarBlock.Size]);

    /// <inheritdoc cref="Complete"/>
    public async Task CompleteAsync(CancellationToken cancellationToken) => await output.WriteAsync(new byte[2 * TarBlock.Size], cancellationToken);

    private static long CheckContent(TarEntry entry, Stream? content) =>
        entry.Size == 0 || content is not null ? entry.Size : throw new ArgumentException($"'{entry}' has a size but no content", nameof(content));

    private static TarFormatException EndedEarly(TarEntry entry, long rest) =>
        new($"the content of '{entry}' ended {rest} bytes early: did the file change while it was read?");

    private static ReadOnlyMemory<byte> Zeros(byte[] buffer, int count)
    {
        buffer.AsSpan(0, count).Clear();
        return buffer.AsMemory(0, count);
    }
}
