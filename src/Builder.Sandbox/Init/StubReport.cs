using Builder.Linux.Files;

namespace Builder.Sandbox.Init;

/// <summary>All that was made in the container's tree only to mount on.</summary>
/// <param name="Stubs">In the order they were made.</param>
/// <param name="Directories">The directories around them, the root excepted, with their change time (of content or metadata) after that.</param>
internal sealed record StubReport(IReadOnlyList<MountStub> Stubs, IReadOnlyDictionary<string, FileTime> Directories)
{
    public static StubReport None { get; } = new([], new Dictionary<string, FileTime>());

    public void Write(BinaryWriter writer)
    {
        writer.Write(Stubs.Count);
        foreach (MountStub stub in Stubs) stub.Write(writer);
        writer.Write(Directories.Count);
        foreach ((string path, FileTime changed) in Directories)
        {
            writer.Write(path);
            MountStub.WriteTime(writer, changed);
        }
    }

    public static StubReport Read(BinaryReader reader)
    {
        var stubs = new MountStub[reader.ReadInt32()];
        for (int i = 0; i < stubs.Length; i++) stubs[i] = MountStub.Read(reader);
        int count = reader.ReadInt32();
        var directories = new Dictionary<string, FileTime>(StringComparer.Ordinal);
        for (int i = 0; i < count; i++) directories[reader.ReadString()] = MountStub.ReadTime(reader);
        return new StubReport(stubs, directories);
    }
}
