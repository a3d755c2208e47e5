using Builder.Linux.Files;

namespace Builder.Sandbox.Init;

/// <summary>Something that was made in the container's tree only to mount on.</summary>
/// <param name="Parent">The deepest directory that was there before, relative to the root, links resolved; empty for the root.</param>
/// <param name="Created">Names made below it, each inside the one before.</param>
/// <param name="Before">The parent's modification time before.</param>
/// <param name="After">The same just after.</param>
internal sealed record MountStub(string Parent, IReadOnlyList<string> Created, FileTime Before, FileTime After)
{
    public void Write(BinaryWriter writer)
    {
        writer.Write(Parent);
        writer.Write(Created.Count);
        foreach (string name in Created) writer.Write(name);
        WriteTime(writer, Before);
        WriteTime(writer, After);
    }

    public static MountStub Read(BinaryReader reader)
    {
        string parent = reader.ReadString();
        var created = new string[reader.ReadInt32()];
        for (int i = 0; i < created.Length; i++) created[i] = reader.ReadString();
        return new MountStub(parent, created, ReadTime(reader), ReadTime(reader));
    }

    public static void WriteTime(BinaryWriter writer, FileTime time)
    {
        writer.Write(time.Seconds);
        writer.Write(time.Nanoseconds);
    }

    public static FileTime ReadTime(BinaryReader reader) => new(reader.ReadInt64(), reader.ReadInt32());
}
