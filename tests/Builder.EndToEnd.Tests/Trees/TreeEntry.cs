using System.Collections.Immutable;
using System.Text;

namespace Builder.EndToEnd.Tests.Trees;

/// <summary>One name of a file tree, as a tar archive tells it. Names are Latin-1 text: one character per byte.</summary>
internal sealed record TreeEntry
{
    public required string Path { get; init; }

    /// <summary>file, directory, symlink, hardlink, char, block, fifo.</summary>
    public required string Type { get; init; }

    public int Mode { get; init; }

    public long Uid { get; init; }

    public long Gid { get; init; }

    public long Size { get; init; }

    /// <summary>Of a regular file's content.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>Of a symbolic or hard link.</summary>
    public string LinkTarget { get; init; } = "";

    public string Device { get; init; } = "";

    /// <summary>Extended attributes as <c>name=hex</c>, sorted.</summary>
    public ImmutableSortedDictionary<string, string> Attributes { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public DateTimeOffset Modified { get; init; }

    /// <summary>All names of the same file, sorted, when there are several.</summary>
    public string Names { get; init; } = "";

    /// <summary>What is compared, one line.</summary>
    public string Describe()
    {
        StringBuilder text = new();
        text.Append(Type).Append(' ').Append(Convert.ToString(Mode, 8).PadLeft(4, '0')).Append(' ').Append(Uid).Append(':').Append(Gid);
        if (Type == "file")
            text.Append(" size ").Append(Size).Append(" sha256 ").Append(Sha256);
        if (LinkTarget.Length > 0)
            text.Append(" -> ").Append(LinkTarget);
        if (Device.Length > 0)
            text.Append(" device ").Append(Device);
        foreach ((string name, string value) in Attributes)
            text.Append(' ').Append(name).Append('=').Append(value);
        if (Names.Length > 0)
            text.Append(" names ").Append(Names);
        return text.ToString();
    }
}
