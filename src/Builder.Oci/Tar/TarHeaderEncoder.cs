using System.Globalization;
using System.Text;

namespace Builder.Oci.Tar;

/// <summary>Turns an entry into its header blocks.</summary>
internal static class TarHeaderEncoder
{
    private const int MaxMode = 0xfff;

    internal static byte[] Encode(TarEntry entry)
    {
        Check(entry);
        byte[] name = entry.Type == TarEntryType.Directory && !entry.Name.AsSpan().EndsWith("/"u8) ? [.. entry.Name, (byte)'/'] : entry.Name;
        byte[] block = new byte[TarBlock.Size];
        var records = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);

        if (!TryPutName(block, name)) records["path"] = name;
        Span<byte> fields = block;
        if (!TryPutText(fields[TarBlock.LinkName], entry.LinkName)) records["linkpath"] = entry.LinkName;
        TarBlock.TryPutOctal(fields[TarBlock.Mode], entry.Mode);
        PutNumber(fields[TarBlock.Uid], entry.Uid, "uid", records);
        PutNumber(fields[TarBlock.Gid], entry.Gid, "gid", records);
        PutNumber(fields[TarBlock.Length], entry.Size, "size", records);
        if (!TarBlock.TryPutOctal(fields[TarBlock.Modified], entry.ModifiedSeconds) || entry.ModifiedNanoseconds != 0)
            records["mtime"] = PaxRecords.Time(entry.ModifiedSeconds, entry.ModifiedNanoseconds);
        if (!TarBlock.TryPutOctal(fields[TarBlock.DeviceMajor], entry.DeviceMajor) || !TarBlock.TryPutOctal(fields[TarBlock.DeviceMinor], entry.DeviceMinor))
            throw new TarFormatException($"the device number {entry.DeviceMajor}:{entry.DeviceMinor} of '{entry}' does not fit into a tar header");
        Finish(fields, TypeFlag(entry.Type));

        byte[] pax = EncodeRecords(entry, records);
        if (pax.Length == 0) return block;
        return [.. PaxHeader(entry.Name, pax.Length), .. pax, .. new byte[TarBlock.Padding(pax.Length)], .. block];
    }

    private static void Check(TarEntry entry)
    {
        if (entry.Name.Length is 0 or > TarBlock.MaxNameLength || entry.Name.AsSpan().Contains((byte)0))
            throw new TarFormatException($"'{entry}' is no name for a tar entry: it must have 1 to {TarBlock.MaxNameLength} bytes and no NUL");
        bool isLink = entry.Type is TarEntryType.HardLink or TarEntryType.SymbolicLink;
        if (entry.LinkName.Length > TarBlock.MaxNameLength || entry.LinkName.AsSpan().Contains((byte)0) || isLink != entry.LinkName.Length > 0)
            throw new TarFormatException($"the link target of '{entry}' does not suit its type or has a NUL");
        if (entry.Size < 0 || (entry.Size > 0 && entry.Type != TarEntryType.File)) throw new TarFormatException($"'{entry}' can't have the size {entry.Size}");
        if (entry.Type == TarEntryType.File && entry.Name.AsSpan().EndsWith("/"u8)) throw new TarFormatException($"the file name '{entry}' ends with a slash");
        if (entry.Uid < 0 || entry.Gid < 0 || entry.Mode is < 0 or > MaxMode) throw new TarFormatException($"'{entry}' has a bad owner or mode");
        if (entry.ModifiedNanoseconds is < 0 or > 999_999_999) throw new TarFormatException($"'{entry}' has a bad time");
    }

    // The prefix field takes what comes before some slash when the name is longer than 100 bytes.
    private static bool TryPutName(Span<byte> block, byte[] name)
    {
        if (TryPutText(block[TarBlock.Name], name)) return true;
        if (name.Length > 256 || !Ascii.IsValid(name)) return false;
        for (int slash = name.Length - 2; slash > 0; slash--)
        {
            if (name[slash] != '/' || slash > 155 || name.Length - slash - 1 > 100) continue;
            block[TarBlock.Name].Clear();
            name.AsSpan(0, slash).CopyTo(block[TarBlock.Prefix]);
            name.AsSpan(slash + 1).CopyTo(block[TarBlock.Name]);
            return true;
        }

        return false;
    }

    // What doesn't fit is cut, as a hint for readers that don't know PAX.
    private static bool TryPutText(Span<byte> field, ReadOnlySpan<byte> text)
    {
        text[..Math.Min(text.Length, field.Length)].CopyTo(field);
        return text.Length <= field.Length && Ascii.IsValid(text);
    }

    private static void PutNumber(Span<byte> field, long value, string key, SortedDictionary<string, byte[]> records)
    {
        if (!TarBlock.TryPutOctal(field, value)) records[key] = Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture));
    }

    private static void Finish(Span<byte> block, byte type)
    {
        block[TarBlock.Type] = type;
        TarBlock.UstarMagic.CopyTo(block[TarBlock.Magic]);
        TarBlock.PutChecksum(block);
    }

    private static byte[] EncodeRecords(TarEntry entry, SortedDictionary<string, byte[]> records)
    {
        if (records.Count == 0 && entry.Attributes.Count == 0) return [];
        using var output = new MemoryStream();
        TarAttribute[] attributes = [.. entry.Attributes];
        Array.Sort(attributes, (left, right) => left.Name.AsSpan().SequenceCompareTo(right.Name));
        foreach (TarAttribute attribute in attributes)
        {
            if (attribute.Name.Length == 0 || attribute.Name.AsSpan().ContainsAny((byte)0, (byte)'='))
                throw new TarFormatException($"'{entry}' has an extended attribute '{TarEntry.Display(attribute.Name)}', a name that tar can't store");
            PaxRecords.Append(output, [.. Encoding.ASCII.GetBytes(PaxRecords.AttributePrefix), .. attribute.Name], attribute.Value);
        }

        foreach ((string key, byte[] value) in records) PaxRecords.Append(output, Encoding.ASCII.GetBytes(key), value);
        if (output.Length > TarBlock.MaxPaxSize) throw new TarFormatException($"name and attributes of '{entry}' need more than {TarBlock.MaxPaxSize} bytes");
        return output.ToArray();
    }

    private static byte[] PaxHeader(ReadOnlySpan<byte> name, int size)
    {
        byte[] block = new byte[TarBlock.Size];
        Span<byte> fields = block;
        "PaxHeaders.0/"u8.CopyTo(fields);
        ReadOnlySpan<byte> last = name.TrimEnd((byte)'/');
        last = last[(last.LastIndexOf((byte)'/') + 1)..];
        for (int i = 0; i < Math.Min(last.Length, 80); i++) fields[13 + i] = last[i] is > 0x20 and < 0x7f ? last[i] : (byte)'_';
        TarBlock.TryPutOctal(fields[TarBlock.Mode], 0b110_100_100);
        foreach (Range field in (ReadOnlySpan<Range>)[TarBlock.Uid, TarBlock.Gid, TarBlock.Modified, TarBlock.DeviceMajor, TarBlock.DeviceMinor])
            TarBlock.TryPutOctal(fields[field], 0);
        TarBlock.TryPutOctal(fields[TarBlock.Length], size);
        Finish(fields, (byte)'x');
        return block;
    }

    private static byte TypeFlag(TarEntryType type) => type switch
    {
        TarEntryType.File => (byte)'0',
        TarEntryType.HardLink => (byte)'1',
        TarEntryType.SymbolicLink => (byte)'2',
        TarEntryType.CharacterDevice => (byte)'3',
        TarEntryType.BlockDevice => (byte)'4',
        TarEntryType.Directory => (byte)'5',
        _ => (byte)'6',
    };
}
