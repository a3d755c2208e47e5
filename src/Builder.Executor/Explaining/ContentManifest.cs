using System.Globalization;
using System.Text;
using Builder.Executor.Contexts;
using Builder.Linux.Files;
using Builder.Oci;

namespace Builder.Executor.Explaining;

/// <summary>
/// The list of files behind a content digest, one line each, sorted: small, readable, and compared without holding either list in memory.
/// </summary>
internal static class ContentManifest
{
    private const string Header = "builder-manifest 2";
    private const string Cut = "cut";
    private const long MaxSize = 32 << 20;
    private const int AttributesLength = 32;

    /// <summary>What a list is kept under: equal content from another place makes another list.</summary>
    public static Digest NameOf(Digest content, IReadOnlyList<IReadOnlyList<SourceMatch>> sources)
    {
        using var hash = new ContentHash();
        hash.Add(content.ToString());
        foreach (SourceMatch match in sources.SelectMany(s => s)) hash.Add(match.Path.ToBytes());
        return hash.Finish();
    }

    /// <summary>What a line says of the content of a regular file.</summary>
    public static string ContentOf(in FileStatus status, Digest digest) => string.Create(CultureInfo.InvariantCulture, $"{status.Size} {digest.Hex}");

    /// <summary>Writes the list of what a content digest was made of.</summary>
    public static void Write(
        Stream output, SourceTree tree, IReadOnlyList<IReadOnlyList<SourceMatch>> sources, MetadataView view, CancellationToken cancellationToken)
    {
        List<ManifestLine> lines = [];
        for (int i = 0; i < sources.Count; i++)
        {
            foreach (SourceMatch match in sources[i])
            {
                var linked = new Dictionary<(ulong Device, ulong Inode), TreePath>();
                lines.AddRange(match.Ancestors.Concat(match.Entries).Select(e => LineOf(i, tree, match, e, view, linked, cancellationToken)));
            }
        }

        lines.Sort();
        using var writer = new StreamWriter(output, Encoding.Latin1, bufferSize: 64 << 10, leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine(Header);
        long size = 0;
        foreach (ManifestLine line in lines)
        {
            string text = string.Create(
                CultureInfo.InvariantCulture,
                $"{line.Source}\t{Escape(line.Path.ToBytes())}\t{line.Type}\t{line.Mode}\t{line.Owner}\t{line.Content}\t{line.Attributes}");
            size += text.Length + 1;
            if (size > MaxSize)
            {
                writer.WriteLine(Cut);
                break;
            }

            writer.WriteLine(text);
        }
    }

    /// <summary>Reads the lines, one at a time; ends early where the list was cut or is damaged.</summary>
    public static IEnumerable<ManifestLine> Read(Stream input)
    {
        using var reader = new StreamReader(input, Encoding.Latin1);
        if (reader.ReadLine() != Header) yield break;
        while (reader.ReadLine() is { } text && text != Cut)
        {
            string[] fields = text.Split('\t');
            if (fields.Length != 7 || !int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out int source)) yield break;
            yield return new ManifestLine(source, Unescape(fields[1]), fields[2], fields[3], fields[4], fields[5], fields[6]);
        }
    }

    private static ManifestLine LineOf(
        int source, SourceTree tree, SourceMatch match, TreeEntry entry, MetadataView view, Dictionary<(ulong Device, ulong Inode), TreePath> linked,
        CancellationToken cancellationToken)
    {
        FileStatus status = entry.Status;
        bool isBareTop = ReferenceEquals(entry, match.Top) && status.IsDirectory && !view.Parents;
        string mode = view.Mode && !status.IsSymbolicLink && !isBareTop ? Convert.ToString(view.Change?.Apply(status.Mode, status.IsDirectory) ?? status.Mode, 8) : "-";
        string owner = view.Owner && !isBareTop ? string.Create(CultureInfo.InvariantCulture, $"{status.Uid}:{status.Gid}") : "-";
        string content = status.IsRegular
            ? ContentOf(status, tree.HashFile(entry, cancellationToken))
            : entry.LinkTarget is { } target ? Escape(target)
            : status.Type is FileType.CharacterDevice or FileType.BlockDevice ? $"{status.DeviceMajor}:{status.DeviceMinor}" : "-";
        return new ManifestLine(source, entry.Path, LetterOf(status.Type), mode, owner, content, isBareTop ? "-" : Attributes(match, entry, linked));
    }

    private static string Attributes(SourceMatch match, TreeEntry entry, Dictionary<(ulong Device, ulong Inode), TreePath> linked)
    {
        TreePath? earlier = entry.Status.IsRegular && match.Path.Contains(entry.Path) ? ContentDigest.EarlierName(match, entry, linked) : null;
        string link = earlier is { } name ? "link " + Escape(name.ToBytes()) : "-";
        if (entry.Attributes.Count == 0) return link;
        using var hash = new ContentHash();
        foreach (ExtendedAttribute attribute in entry.Attributes)
        {
            hash.Add(attribute.Name);
            hash.Add(attribute.Value);
        }

        return $"{link} {hash.Finish().Hex[..AttributesLength]}";
    }

    private static string LetterOf(FileType type) => type switch
    {
        FileType.Regular or FileType.Socket => "f",
        FileType.Directory => "d",
        FileType.SymbolicLink => "l",
        FileType.CharacterDevice => "c",
        FileType.BlockDevice => "b",
        _ => "p",
    };

    private static string Escape(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (byte value in bytes)
        {
            if (value is < (byte)' ' or (byte)'\\' or 0x7f) text.Append('\\').Append(value.ToString("x2", CultureInfo.InvariantCulture));
            else text.Append((char)value);
        }

        return text.ToString();
    }

    private static TreePath Unescape(string text)
    {
        var bytes = new List<byte>(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            bool isEscaped = text[i] == '\\' && i + 2 < text.Length
                && byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out byte _);
            bytes.Add(isEscaped ? Convert.ToByte(text.Substring(i + 1, 2), 16) : (byte)text[i]);
            if (isEscaped) i += 2;
        }

        TreePath path = TreePath.Root;
        foreach (byte[] name in TreePath.SplitNames([.. bytes])) path = path.Child(name);
        return path;
    }
}
