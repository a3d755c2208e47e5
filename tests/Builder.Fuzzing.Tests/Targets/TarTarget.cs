using Builder.Oci.Tar;

namespace Builder.Fuzzing.Tests.Targets;

/// <summary>Tar archives: what our reader takes, our writer says in a way that System.Formats.Tar understands the same.</summary>
internal sealed class TarTarget : IFuzzTarget
{
    private const int MostContent = 1 << 16;

    public string Name => "tar";

    public IReadOnlyList<byte[]> Seeds { get; } = [.. TarSeeds.Make("/var/tmp/outside/canary")];

    public IReadOnlyList<string> Words => TarSeeds.Words;

    public byte[] Repair(byte[] input) => TarSeeds.Repair(input);

    public void Read(byte[] input)
    {
        List<(TarEntry Entry, byte[] Content)> entries = [];
        bool whole = ReadAll(input, entries);

        // A reader that is given the bytes one by one sees the same.
        List<(TarEntry Entry, byte[] Content)> again = [];
        Assert.Equal(whole, ReadAll(new TricklingStream(input), again));
        Assert.Equal(entries.Select(Describe), again.Select(Describe));
        using var written = new MemoryStream();
        var writer = new TarWriter(written);
        List<(TarEntry Entry, byte[] Content)> expected = [];
        foreach ((TarEntry entry, byte[] content) in entries)
        {
            TarEntry plain = entry with { Extents = null, Size = content.Length };
            try
            {
                // An entry that can't be said leaves no half of it behind.
                long before = written.Length;
                writer.WriteEntry(plain, new MemoryStream(content));
                Assert.True(written.Length > before);
                expected.Add((plain, content));
            }
            catch (TarFormatException)
            {
                // It can't be said.
            }
        }

        writer.Complete();
        List<(TarEntry Entry, byte[] Content)> back = [];
        Assert.True(ReadAll(written.ToArray(), back));
        Assert.Equal(expected.Select(Describe), back.Select(Describe));
        Compare(written, expected);
    }

    private static bool ReadAll(byte[] input, List<(TarEntry Entry, byte[] Content)> entries) => ReadAll(new MemoryStream(input), entries);

    private static bool ReadAll(Stream input, List<(TarEntry Entry, byte[] Content)> entries)
    {
        using var reader = new TarReader(input);
        try
        {
            while (reader.ReadEntry() is { } entry)
            {
                byte[] content = new byte[Math.Min(entry.Size, MostContent)];
                reader.Content.ReadExactly(content);
                entries.Add((entry, content));
                if (entries.Sum(e => e.Content.Length) > 16 * MostContent) return true;
            }

            return true;
        }
        catch (TarFormatException)
        {
            return false;
        }
    }

    private static string Describe((TarEntry Entry, byte[] Content) item)
    {
        (TarEntry e, byte[] content) = item;
        string attributes = string.Join(';', e.Attributes.Select(a => $"{Convert.ToHexString(a.Name)}={Convert.ToHexString(a.Value)}"));
        return $"{e.Type} {Convert.ToHexString(e.Name)} {Convert.ToHexString(e.LinkName)} {e.Mode} {e.Uid} {e.Gid} {e.Size} {e.ModifiedSeconds}.{e.ModifiedNanoseconds} {e.DeviceMajor},{e.DeviceMinor} {attributes} {Convert.ToHexString(content)}";
    }

    // The other reader knows UTF-8 names, and owners and times of the size that .NET has types for.
    private static void Compare(MemoryStream archive, List<(TarEntry Entry, byte[] Content)> entries)
    {
        if (entries.Exists(e => !IsCommon(e.Entry))) return;
        archive.Position = 0;
        using var reader = new System.Formats.Tar.TarReader(archive);
        foreach ((TarEntry entry, byte[] content) in entries)
        {
            System.Formats.Tar.TarEntry other = reader.GetNextEntry() ?? throw new InvalidDataException("the other reader sees the end too early");
            Assert.Equal(entry.ToString(), other.Name.TrimEnd('/') is { Length: > 0 } name ? name : "/");
            Assert.Equal((entry.Uid, entry.Gid, entry.Mode), (other.Uid, other.Gid, (int)other.Mode));
            using var copy = new MemoryStream();
            other.DataStream?.CopyTo(copy);
            Assert.Equal(content, copy.ToArray());
        }

        Assert.Null(reader.GetNextEntry());
    }

    private static bool IsCommon(TarEntry entry) =>
        entry is { Uid: < int.MaxValue, Gid: < int.MaxValue, ModifiedSeconds: > 0 and < 1L << 33, Attributes.Count: 0 }
        && entry.Name.Concat(entry.LinkName).All(b => b is > 32 and < 127 and not (byte)'=') && (entry.Type == TarEntryType.Directory || !entry.Name.AsSpan().EndsWith("/"u8));

    private sealed class TricklingStream(byte[] content) : MemoryStream(content, writable: false)
    {
        public override bool CanSeek => false;

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 7)]);

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 7));
    }
}
