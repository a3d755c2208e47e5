using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Builder.Cli.Tracing;

/// <summary>The fields of one message in the encoding of protocol buffers (https://protobuf.dev/programming-guides/encoding).</summary>
internal sealed class ProtobufWriter
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Length = 2;

    private readonly ArrayBufferWriter<byte> _output = new();

    public ReadOnlySpan<byte> Written => _output.WrittenSpan;

    public void Number(int field, int value)
    {
        Tag(field, Varint);
        WriteVarint((ulong)value);
    }

    public void Fixed(int field, ulong value)
    {
        Tag(field, Fixed64);
        BinaryPrimitives.WriteUInt64LittleEndian(_output.GetSpan(sizeof(ulong)), value);
        _output.Advance(sizeof(ulong));
    }

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, Length);
        WriteVarint((ulong)value.Length);
        _output.Write(value);
    }

    public void Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public void Message(int field, Action<ProtobufWriter> write)
    {
        var inner = new ProtobufWriter();
        write(inner);
        Bytes(field, inner.Written);
    }

    private void Tag(int field, int type) => WriteVarint((ulong)((field << 3) | type));

    private void WriteVarint(ulong value)
    {
        Span<byte> buffer = _output.GetSpan(10);
        int length = 0;
        for (; value >= 0x80; value >>= 7) buffer[length++] = (byte)(value | 0x80);
        buffer[length++] = (byte)value;
        _output.Advance(length);
    }
}
