using System.Text;

namespace Builder.Sandbox.Init;

/// <summary>What the container init says; see <see cref="ControlChannel"/>.</summary>
internal abstract record InitMessage
{
    private const byte TerminalKind = 1;
    private const byte PreparedKind = 2;
    private const byte FailedKind = 3;

    public byte[] Encode()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        switch (this)
        {
            case TerminalMessage terminal:
                writer.Write(TerminalKind);
                writer.Write(terminal.Descriptor);
                break;
            case PreparedMessage prepared:
                writer.Write(PreparedKind);
                prepared.Stubs.Write(writer);
                break;
            case FailedMessage failed:
                writer.Write(FailedKind);
                writer.Write(failed.ExitCode);
                writer.Write(failed.Text);
                writer.Write(failed.Hint ?? "");
                break;
        }

        writer.Flush();
        return stream.ToArray();
    }

    public static InitMessage Decode(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        switch (reader.ReadByte())
        {
            case TerminalKind: return new TerminalMessage(reader.ReadInt32());
            case PreparedKind: return new PreparedMessage(StubReport.Read(reader));
            case FailedKind: return new FailedMessage(reader.ReadInt32(), reader.ReadString(), reader.ReadString() is { Length: > 0 } hint ? hint : null);
            case byte other: throw new InvalidDataException($"unknown message {other} from the container init");
        }
    }
}

/// <summary>The number of the terminal's master descriptor in the init.</summary>
internal sealed record TerminalMessage(int Descriptor) : InitMessage;

/// <summary>All is set up.</summary>
internal sealed record PreparedMessage(StubReport Stubs) : InitMessage;

/// <summary>The container can't be started.</summary>
internal sealed record FailedMessage(int ExitCode, string Text, string? Hint = null) : InitMessage;
