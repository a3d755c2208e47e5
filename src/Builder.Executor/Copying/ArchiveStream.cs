using Builder.Cache.Layers;
using Builder.Oci;
using Builder.Oci.Compression;
using Builder.Oci.Tar;
using Microsoft.Win32.SafeHandles;

namespace Builder.Executor.Copying;

/// <summary>Recognises an archive by what is in it, not by its name.</summary>
internal static class ArchiveStream
{
    private const int BufferSize = 64 << 10;
    private const int HeaderSize = 512;

    /// <summary>The uncompressed tar in a file; null when there is none.</summary>
    /// <param name="file">Not closed.</param>
    /// <param name="name">For messages.</param>
    /// <exception cref="OperationException">Compressed in a way that can't be read.</exception>
    public static Stream? TryOpen(SafeFileHandle file, string name)
    {
        using (Stream trial = Open(file, name))
        {
            if (!HoldsTar(trial)) return null;
        }

        return Open(file, name);
    }

    /// <summary>Whether data begins as a compressed file or a tar does, which is what makes a file on its own a context.</summary>
    public static bool LooksLikeArchive(Stream data)
    {
        byte[] start = new byte[HeaderSize];
        int count = data.ReadAtLeast(start, HeaderSize, throwOnEndOfStream: false);
        return LooksLikeArchive(start.AsSpan(0, count));
    }

    /// <inheritdoc cref="LooksLikeArchive(Stream)"/>
    public static bool LooksLikeArchive(ReadOnlySpan<byte> start) => LayerCompression.Detect(start) != CompressionKind.None || LayerCompression.IsTarHeader(start);

    private static bool HoldsTar(Stream stream)
    {
        try
        {
            using var reader = new TarReader(stream);
            return reader.ReadEntry() is not null;
        }
        catch (Exception e) when (e is TarFormatException or OciFormatException)
        {
            return false;
        }
    }

    // A view of its own for each reader; the handle stays open.
    private static Stream Open(SafeFileHandle file, string name)
    {
        var stream = new FileStream(new SafeFileHandle(file.DangerousGetHandle(), ownsHandle: false), FileAccess.Read, BufferSize) { Position = 0 };
        try
        {
            return SystemCodecs.Layers.Open(stream).Content;
        }
        catch (Exception e) when (e is OciFormatException or NotSupportedException or DllNotFoundException)
        {
            stream.Dispose();
            throw new OperationException(
                $"ADD can't unpack '{name}': {e.Message}", "unpack it before the build, or copy it as it is with COPY or ADD --unpack=false", inner: e);
        }
    }
}
