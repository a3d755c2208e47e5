using System.IO.Compression;
using System.Text;
using Builder.Cache.Layers;
using Builder.Oci;
using Builder.Oci.Tar;

namespace Builder.Cache.Tests.Layers;

/// <summary>Writes layers entry by entry, hostile ones too.</summary>
internal sealed class LayerTar
{
    private readonly List<(TarEntry Entry, byte[]? Content)> _entries = [];

    internal static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    internal static TarAttribute Attribute(string name, string value) => new(Bytes(name), Bytes(value));

    internal LayerTar Add(TarEntry entry, byte[]? content = null)
    {
        _entries.Add((entry, content));
        return this;
    }

    internal LayerTar Directory(string name, int mode = 0b111_101_101, long uid = 0, long time = 1000) =>
        Add(new TarEntry { Type = TarEntryType.Directory, Name = Bytes(name), Mode = mode, Uid = uid, Gid = uid, ModifiedSeconds = time });

    internal LayerTar File(string name, string content = "", int mode = 0b110_100_100, long uid = 0, params TarAttribute[] attributes) =>
        File(Bytes(name), Bytes(content), mode, uid, attributes);

    internal LayerTar File(byte[] name, byte[] content, int mode = 0b110_100_100, long uid = 0, params TarAttribute[] attributes) => Add(
        new TarEntry { Type = TarEntryType.File, Name = name, Size = content.Length, Mode = mode, Uid = uid, Gid = uid, ModifiedSeconds = 2000, Attributes = attributes },
        content);

    internal LayerTar Symlink(string name, string target) =>
        Add(new TarEntry { Type = TarEntryType.SymbolicLink, Name = Bytes(name), LinkName = Bytes(target), Mode = 0b111_111_111, ModifiedSeconds = 3000 });

    internal LayerTar HardLink(string name, string target) =>
        Add(new TarEntry { Type = TarEntryType.HardLink, Name = Bytes(name), LinkName = Bytes(target), Mode = 0b110_100_100 });

    internal LayerTar Node(string name, TarEntryType type, uint major = 0, uint minor = 0) =>
        Add(new TarEntry { Type = type, Name = Bytes(name), DeviceMajor = major, DeviceMinor = minor, Mode = 0b110_000_000 });

    /// <summary>Stores it, and what it claims to be.</summary>
    internal LayerBlob Put(BuilderStore store, bool compressed = false)
    {
        byte[] content = Write();
        byte[] stored = content;
        if (compressed)
        {
            using MemoryStream target = new();
            using (GZipStream gzip = new(target, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(content);
            stored = target.ToArray();
        }

        return new LayerBlob(Digest.Sha256(content), store.Blobs.Put(stored), stored.Length, compressed ? MediaTypes.OciLayerGzip : MediaTypes.OciLayer);
    }

    /// <summary>The archive.</summary>
    internal byte[] Write()
    {
        using MemoryStream stream = new();
        TarWriter writer = new(stream);
        foreach ((TarEntry entry, byte[]? content) in _entries) writer.WriteEntry(entry, content is null ? null : new MemoryStream(content));
        writer.Complete();
        return stream.ToArray();
    }
}
