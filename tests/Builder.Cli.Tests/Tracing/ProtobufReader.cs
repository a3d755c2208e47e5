using System.Buffers.Binary;
using System.Text;

namespace Builder.Cli.Tests.Tracing;

/// <summary>Reads a message of protocol buffers without knowing its schema: the values of each field, in order.</summary>
internal sealed class ProtobufReader
{
    private readonly Dictionary<int, List<object>> _fields = [];

    public ProtobufReader(ReadOnlySpan<byte> message)
    {
        while (message.Length > 0)
        {
            ulong tag = Varint(ref message);
            object value;
            switch (tag & 7)
            {
                case 0:
                    value = Varint(ref message);
                    break;
                case 1:
                    value = BinaryPrimitives.ReadUInt64LittleEndian(message);
                    message = message[8..];
                    break;
                case 2:
                    int length = (int)Varint(ref message);
                    value = message[..length].ToArray();
                    message = message[length..];
                    break;
                default:
                    throw new InvalidDataException($"field {tag >> 3} has the type {tag & 7}");
            }

            if (!_fields.TryGetValue((int)(tag >> 3), out List<object>? values)) _fields[(int)(tag >> 3)] = values = [];
            values.Add(value);
        }
    }

    public IEnumerable<ProtobufReader> Messages(int field) => Values(field).Select(v => new ProtobufReader((byte[])v));

    public ProtobufReader Message(int field) => Messages(field).Single();

    public string Text(int field) => Encoding.UTF8.GetString((byte[])Values(field).Single());

    public string Hex(int field) => Values(field) is [byte[] value] ? Convert.ToHexStringLower(value) : "";

    public ulong Number(int field) => Values(field) is [ulong value] ? value : 0;

    private List<object> Values(int field) => _fields.GetValueOrDefault(field, []);

    private static ulong Varint(ref ReadOnlySpan<byte> message)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = message[0];
            message = message[1..];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80) return value;
        }
    }
}
