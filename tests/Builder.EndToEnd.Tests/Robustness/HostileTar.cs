using System.Formats.Tar;
using System.Text;

namespace Builder.EndToEnd.Tests.Robustness;

/// <summary>Writes layers as nobody should.</summary>
internal sealed class HostileTar : IDisposable
{
    private readonly MemoryStream _bytes = new();
    private readonly TarWriter _writer;

    public HostileTar() => _writer = new TarWriter(_bytes, TarEntryFormat.Pax, leaveOpen: true);

    public HostileTar File(string name, string content = "evil\n", UnixFileMode mode = (UnixFileMode)0x1ED, params (string Name, string Value)[] attributes)
    {
        return File(name, Encoding.UTF8.GetBytes(content), mode, attributes);
    }

    public HostileTar File(string name, byte[] content, UnixFileMode mode, params (string Name, string Value)[] attributes)
    {
        var entry = new PaxTarEntry(TarEntryType.RegularFile, name, attributes.Select(a => KeyValuePair.Create("SCHILY.xattr." + a.Name, a.Value)))
        {
            DataStream = new MemoryStream(content),
            Mode = mode,
        };
        _writer.WriteEntry(entry);
        return this;
    }

    public HostileTar Directory(string name) => Add(new PaxTarEntry(TarEntryType.Directory, name));

    public HostileTar Link(string name, string target) => Add(new PaxTarEntry(TarEntryType.SymbolicLink, name) { LinkName = target });

    public HostileTar HardLink(string name, string target) => Add(new PaxTarEntry(TarEntryType.HardLink, name) { LinkName = target });

    public HostileTar Fifo(string name) => Add(new PaxTarEntry(TarEntryType.Fifo, name));

    public HostileTar Device(string name, int major, int minor) =>
        Add(new PaxTarEntry(TarEntryType.CharacterDevice, name) { DeviceMajor = major, DeviceMinor = minor });

    /// <summary>A whole archive of one file that is a hole but for its first block, as GNU tar says it (format 1.0).</summary>
    public static byte[] Sparse(string name, long size)
    {
        byte[] content = new byte[1024];
        "1\n0\n512\n"u8.CopyTo(content);
        content[512] = 1;
        using var tar = new HostileTar();
        var records = new Dictionary<string, string>
        {
            ["GNU.sparse.major"] = "1",
            ["GNU.sparse.minor"] = "0",
            ["GNU.sparse.name"] = name,
            ["GNU.sparse.realsize"] = size.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
        return tar.Add(new PaxTarEntry(TarEntryType.RegularFile, "GNUSparseFile.0/x", records) { DataStream = new MemoryStream(content) }).ToArray();
    }

    /// <summary>The archive.</summary>
    public byte[] ToArray()
    {
        _writer.Dispose();
        return _bytes.ToArray();
    }

    public void Dispose()
    {
        _writer.Dispose();
        _bytes.Dispose();
    }

    private HostileTar Add(TarEntry entry)
    {
        _writer.WriteEntry(entry);
        return this;
    }
}
