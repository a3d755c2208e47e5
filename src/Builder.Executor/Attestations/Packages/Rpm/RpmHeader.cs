using System.Buffers.Binary;
using System.Text;

namespace Builder.Executor.Attestations.Packages.Rpm;

/// <summary>
/// What rpm keeps of an installed package: an index of tags, then their values (rpm's docs/manual/hregions.md and format_header.md). Of the values only the few
/// that are wanted are read, in the order in which they lie there, so that a header of any size takes no room.
/// </summary>
internal static class RpmHeader
{
    // As rpm itself bounds them.
    private const int MostTags = 0xffff, MostData = 256 << 20;
    private const int EntrySize = 16, LongestText = 1024;
    private const int StringType = 6, Int32Type = 4, TranslatedType = 9;

    private enum Tag
    {
        Name = 1000,
        Version = 1001,
        Release = 1002,
        Epoch = 1003,
        License = 1014,
        Architecture = 1022,
        SourceRpm = 1044,
        ModularityLabel = 5096,
    }

    /// <summary>The package, or null for what is none: keys are kept in the same place.</summary>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    /// <exception cref="EndOfStreamException">It ends too early.</exception>
    public static Package? Read(Stream header, string location, Distribution distribution)
    {
        Dictionary<Tag, string> values = Values(header);
        if (!values.TryGetValue(Tag.Name, out string? name) || !values.TryGetValue(Tag.Version, out string? version)) throw SqlitePages.Malformed("a package has no name or version");
        if (name == "gpg-pubkey") return null;
        if (values.GetValueOrDefault(Tag.Release) is { Length: > 0 } release) version += "-" + release;
        string epoch = values.GetValueOrDefault(Tag.Epoch, "");
        string url = PackageUrl.Of(
            "rpm", $"{distribution.Id}/{name}", version, ("arch", values.GetValueOrDefault(Tag.Architecture, "")), ("distro", distribution.Name), ("epoch", epoch),
            ("rpmmod", values.GetValueOrDefault(Tag.ModularityLabel, "")), ("upstream", values.GetValueOrDefault(Tag.SourceRpm, "")));
        return new Package(url, name, epoch.Length == 0 ? version : $"{epoch}:{version}", location) { License = values.GetValueOrDefault(Tag.License) };
    }

    private static Dictionary<Tag, string> Values(Stream header)
    {
        int tags = ReadInt32(header), data = ReadInt32(header);
        if (tags is < 1 or > MostTags || data is < 0 or > MostData) throw SqlitePages.Malformed("a package's header has an impossible size");
        var wanted = new List<(Tag Tag, int Type, int Offset)>();
        byte[] entry = new byte[EntrySize];
        for (int i = 0; i < tags; i++)
        {
            header.ReadExactly(entry);
            var tag = (Tag)BinaryPrimitives.ReadInt32BigEndian(entry);
            if (Enum.IsDefined(tag)) wanted.Add((tag, BinaryPrimitives.ReadInt32BigEndian(entry.AsSpan(4)), BinaryPrimitives.ReadInt32BigEndian(entry.AsSpan(8))));
        }

        var values = new Dictionary<Tag, string>();
        int at = 0;
        foreach ((Tag tag, int type, int offset) in wanted.OrderBy(each => each.Offset))
        {
            if (offset < at || offset >= data) throw SqlitePages.Malformed("a package's header points outside of itself");
            Skip(header, offset - at);
            at = offset;
            string? value = type switch
            {
                StringType or TranslatedType => ReadText(header, data, ref at),
                Int32Type => ReadNumber(header, ref at),
                _ => null,
            };
            if (value is not null) values.TryAdd(tag, value);
        }

        return values;
    }

    private static string ReadNumber(Stream header, ref int at)
    {
        at += sizeof(int);
        return ((uint)ReadInt32(header)).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    // A text ends with a zero byte; of a longer one the beginning has to do.
    private static string ReadText(Stream header, int data, ref int at)
    {
        Span<byte> text = stackalloc byte[LongestText];
        int length = 0;
        while (at < data && length < text.Length)
        {
            int value = header.ReadByte();
            if (value < 0) throw new EndOfStreamException("malformed database: a package's header is cut off");
            at++;
            if (value == 0) break;
            text[length++] = (byte)value;
        }

        return Encoding.UTF8.GetString(text[..length]);
    }

    private static int ReadInt32(Stream header)
    {
        Span<byte> number = stackalloc byte[sizeof(int)];
        header.ReadExactly(number);
        return BinaryPrimitives.ReadInt32BigEndian(number);
    }

    private static void Skip(Stream header, int count)
    {
        Span<byte> dropped = stackalloc byte[512];
        for (int rest = count; rest > 0;)
        {
            Span<byte> piece = dropped[..Math.Min(rest, dropped.Length)];
            header.ReadExactly(piece);
            rest -= piece.Length;
        }
    }
}
