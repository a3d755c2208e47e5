using System.Buffers;
using Builder.Linux.Files;
using Builder.Oci.Tar;
using Microsoft.Win32.SafeHandles;

namespace Builder.Cache.Layers;

/// <summary>Writes the content of an archive's entry into a file: holes stay holes, and long runs of zeros become some.</summary>
public static class EntryContent
{
    private const int BufferSize = 128 * 1024;

    /// <summary>Writes all of it.</summary>
    /// <param name="reader">At the entry.</param>
    /// <param name="file">New and empty.</param>
    /// <param name="cancellationToken">Ends it between two buffers.</param>
    public static void Write(TarReader reader, SafeFileHandle file, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long position = 0;
            long written = 0;
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                position += reader.SkipHole();
                int count = Fill(reader, buffer.AsSpan(0, BufferSize));
                if (count == 0) break;
                if (count < BufferSize || buffer.AsSpan(0, count).ContainsAnyExcept((byte)0))
                {
                    RandomAccess.Write(file, buffer.AsSpan(0, count), position);
                    written = position + count;
                }

                position += count;
            }

            if (written < position) FileMetadata.SetLength(file, position);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Up to the end or the next hole of a sparse file, which the caller passes over.
    private static int Fill(TarReader reader, Span<byte> buffer)
    {
        int filled = 0;
        while (filled < buffer.Length)
        {
            int count = reader.Content.Read(buffer[filled..]);
            if (count == 0) break;
            filled += count;
            if (reader.IsAtHole) break;
        }

        return filled;
    }
}
