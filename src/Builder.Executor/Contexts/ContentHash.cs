using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Builder.Oci;
using Microsoft.Win32.SafeHandles;

namespace Builder.Executor.Contexts;

/// <summary>A running sha256 over length-framed values, so that no two different sequences run together.</summary>
internal sealed class ContentHash : IDisposable
{
    private const int BufferSize = 256 << 10;

    private const int Gathered = 16 << 10;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    // Values are small and many, a call of the hash is dear.
    private readonly byte[] _gathered = new byte[Gathered];
    private int _length;

    /// <summary>The sha256 of a file's bytes, read from the beginning; 32 bytes.</summary>
    public static byte[] OfFile(SafeFileHandle file, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long offset = 0;
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int read = RandomAccess.Read(file, buffer, offset);
                if (read == 0) break;
                hash.AppendData(buffer, 0, read);
                offset += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return hash.GetCurrentHash();
    }

    public void Add(ReadOnlySpan<byte> value)
    {
        Add(value.Length);
        Append(value);
    }

    public void Add(string value)
    {
        int length = Encoding.UTF8.GetByteCount(value);
        Add(length);
        if (length > Gathered)
        {
            Append(Encoding.UTF8.GetBytes(value));
            return;
        }

        MakeRoom(length);
        _length += Encoding.UTF8.GetBytes(value, _gathered.AsSpan(_length));
    }

    public void Add(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        Append(bytes);
    }

    public Digest Finish()
    {
        MakeRoom(Gathered);
        Span<byte> result = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(result);
        return Digest.FromSha256(result);
    }

    public void Dispose() => _hash.Dispose();

    private void Append(ReadOnlySpan<byte> bytes)
    {
        MakeRoom(bytes.Length);
        if (bytes.Length > Gathered)
        {
            _hash.AppendData(bytes);
            return;
        }

        bytes.CopyTo(_gathered.AsSpan(_length));
        _length += bytes.Length;
    }

    private void MakeRoom(int length)
    {
        if (length <= Gathered - _length) return;
        _hash.AppendData(_gathered, 0, _length);
        _length = 0;
    }
}
