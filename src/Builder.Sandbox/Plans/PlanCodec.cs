using System.Text;

namespace Builder.Sandbox.Plans;

/// <summary>A plan as bytes, for the way from the session to the container init. Written and read by the same program, so there is no version.</summary>
internal static class PlanCodec
{
    /// <summary>The bytes of a plan.</summary>
    /// <param name="plan">The plan; its profile of system calls is not written.</param>
    /// <param name="terminal">Whether the container gets a terminal.</param>
    /// <param name="filter">That profile as a program, or null for none.</param>
    public static byte[] Encode(SandboxPlan plan, bool terminal, byte[]? filter)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(terminal);
        writer.Write(filter?.Length ?? -1);
        writer.Write(filter ?? []);
        WriteRoot(writer, plan.Root);
        WriteList(writer, plan.Mounts, WriteMount);
        WriteProcess(writer, plan.Process);
        writer.Write(plan.Hostname);
        writer.Write((int)plan.Network);
        WriteSecurity(writer, plan.Security);
        WriteOptional(writer, plan.Hosts);
        WriteOptional(writer, plan.ResolvConf);
        WriteOptional(writer, plan.HostnameFile);
        writer.Write(plan.ReadOnlyGeneratedFiles);
        writer.Write(plan.ReadOnlyRoot);
        writer.Write(plan.SharedMemoryBytes);
        WriteList(writer, plan.Limits, WriteLimit);
        writer.Flush();
        return stream.ToArray();
    }

    public static (SandboxPlan Plan, bool Terminal, byte[]? Filter) Decode(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        bool terminal = reader.ReadBoolean();
        int filterLength = reader.ReadInt32();
        byte[]? filter = filterLength < 0 ? null : reader.ReadBytes(filterLength);
        var plan = new SandboxPlan
        {
            Root = ReadRoot(reader),
            Mounts = ReadList(reader, ReadMount),
            Process = ReadProcess(reader),
            Hostname = reader.ReadString(),
            Network = (SandboxNetwork)reader.ReadInt32(),
            Security = ReadSecurity(reader),
            Hosts = ReadOptional(reader),
            ResolvConf = ReadOptional(reader),
            HostnameFile = ReadOptional(reader),
            ReadOnlyGeneratedFiles = reader.ReadBoolean(),
            ReadOnlyRoot = reader.ReadBoolean(),
            SharedMemoryBytes = reader.ReadInt64(),
            Limits = ReadList(reader, r => new ResourceLimit(r.ReadString(), r.ReadInt32(), r.ReadUInt64(), r.ReadUInt64())),
        };
        return (plan, terminal, filter);
    }

    private static void WriteRoot(BinaryWriter writer, RootFileSystem root)
    {
        switch (root)
        {
            case OverlayRoot overlay:
                writer.Write((byte)0);
                writer.Write(overlay.BaseDirectory);
                WriteList(writer, overlay.LowerDirectories, WriteText);
                WriteOptional(writer, overlay.UpperDirectory);
                WriteOptional(writer, overlay.WorkDirectory);
                writer.Write(overlay.Volatile);
                break;
            case DirectoryRoot directory:
                writer.Write((byte)1);
                writer.Write(directory.Path);
                break;
            default:
                throw new ArgumentException($"unknown root {root.GetType().Name}", nameof(root));
        }
    }

    private static RootFileSystem ReadRoot(BinaryReader reader) => reader.ReadByte() switch
    {
        0 => new OverlayRoot(reader.ReadString(), ReadList(reader, r => r.ReadString()), ReadOptional(reader), ReadOptional(reader)) { Volatile = reader.ReadBoolean() },
        1 => new DirectoryRoot(reader.ReadString()),
        byte other => throw new InvalidDataException($"unknown root {other}"),
    };

    private static void WriteMount(BinaryWriter writer, SandboxMount mount)
    {
        switch (mount)
        {
            case BindMount bind:
                writer.Write((byte)0);
                writer.Write(bind.Source);
                writer.Write(bind.Target);
                writer.Write(bind.ReadOnly);
                writer.Write(bind.Beneath);
                break;
            case TreeMount tree:
                writer.Write((byte)1);
                WriteRoot(writer, tree.Root);
                writer.Write(tree.Source);
                writer.Write(tree.Target);
                writer.Write(tree.ReadOnly);
                break;
            case TmpfsMount tmpfs:
                writer.Write((byte)2);
                writer.Write(tmpfs.Target);
                writer.Write(tmpfs.SizeBytes ?? -1);
                writer.Write(tmpfs.Mode ?? -1);
                writer.Write(tmpfs.Executable);
                writer.Write(tmpfs.ReadOnly);
                break;
            case FileMount file:
                writer.Write((byte)3);
                writer.Write(file.Target);
                writer.Write(file.Content.Length);
                writer.Write(file.Content.Span);
                writer.Write(file.Mode);
                writer.Write(file.Uid);
                writer.Write(file.Gid);
                writer.Write(file.Executable);
                writer.Write(file.ReadOnly);
                break;
            default:
                throw new ArgumentException($"unknown mount {mount.GetType().Name}", nameof(mount));
        }
    }

    private static SandboxMount ReadMount(BinaryReader reader)
    {
        switch (reader.ReadByte())
        {
            case 0: return new BindMount(reader.ReadString(), reader.ReadString(), reader.ReadBoolean()) { Beneath = reader.ReadString() };
            case 1: return new TreeMount(ReadRoot(reader), reader.ReadString(), reader.ReadString(), reader.ReadBoolean());
            case 2:
                string target = reader.ReadString();
                long size = reader.ReadInt64();
                int mode = reader.ReadInt32();
                return new TmpfsMount(target, size < 0 ? null : size, mode < 0 ? null : mode) { Executable = reader.ReadBoolean(), ReadOnly = reader.ReadBoolean() };
            case 3:
                return new FileMount(reader.ReadString(), reader.ReadBytes(reader.ReadInt32()), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32())
                {
                    Executable = reader.ReadBoolean(),
                    ReadOnly = reader.ReadBoolean(),
                };
            default: throw new InvalidDataException("unknown mount");
        }
    }

    private static void WriteProcess(BinaryWriter writer, SandboxProcess process)
    {
        WriteList(writer, process.Arguments, WriteText);
        WriteList(writer, process.Environment, WriteText);
        writer.Write(process.WorkingDirectory);
        writer.Write(process.User);
        WriteList(writer, process.ExtraGroups, WriteText);
    }

    private static SandboxProcess ReadProcess(BinaryReader reader) => new()
    {
        Arguments = ReadList(reader, r => r.ReadString()),
        Environment = ReadList(reader, r => r.ReadString()),
        WorkingDirectory = reader.ReadString(),
        User = reader.ReadString(),
        ExtraGroups = ReadList(reader, r => r.ReadString()),
    };

    private static void WriteSecurity(BinaryWriter writer, SecurityProfile security)
    {
        WriteList(writer, security.Capabilities, (w, c) => w.Write(c));
        writer.Write(security.NoNewPrivileges);
        WriteList(writer, security.MaskedPaths, WriteText);
        WriteList(writer, security.ReadOnlyPaths, WriteText);
    }

    private static SecurityProfile ReadSecurity(BinaryReader reader) => new()
    {
        Capabilities = ReadList(reader, r => r.ReadInt32()),
        NoNewPrivileges = reader.ReadBoolean(),
        MaskedPaths = ReadList(reader, r => r.ReadString()),
        ReadOnlyPaths = ReadList(reader, r => r.ReadString()),
        Seccomp = null,
    };

    private static void WriteLimit(BinaryWriter writer, ResourceLimit limit)
    {
        writer.Write(limit.Name);
        writer.Write(limit.Resource);
        writer.Write(limit.Soft);
        writer.Write(limit.Hard);
    }

    private static void WriteText(BinaryWriter writer, string text) => writer.Write(text);

    private static void WriteOptional(BinaryWriter writer, string? text)
    {
        writer.Write(text is not null);
        if (text is not null) writer.Write(text);
    }

    private static string? ReadOptional(BinaryReader reader) => reader.ReadBoolean() ? reader.ReadString() : null;

    private static void WriteList<T>(BinaryWriter writer, IReadOnlyList<T> items, Action<BinaryWriter, T> write)
    {
        writer.Write(items.Count);
        foreach (T item in items) write(writer, item);
    }

    private static T[] ReadList<T>(BinaryReader reader, Func<BinaryReader, T> read)
    {
        var items = new T[reader.ReadInt32()];
        for (int i = 0; i < items.Length; i++) items[i] = read(reader);
        return items;
    }
}
