using System.Text;

namespace Builder.Oci.Tar;

/// <summary>One entry of a tar archive, without its content. Names are bytes: they need not be UTF-8.</summary>
public sealed record TarEntry
{
    /// <summary>What it makes.</summary>
    public required TarEntryType Type { get; init; }

    /// <summary>The path as the archive spells it (it may start with <c>./</c> or <c>/</c> or climb with <c>..</c>); directories without their trailing slash.</summary>
    public required byte[] Name { get; init; }

    /// <summary>Target of a hard or symbolic link; empty otherwise.</summary>
    public byte[] LinkName { get; init; } = [];

    /// <summary>Permission bits, with set-user-id, set-group-id and sticky.</summary>
    public int Mode { get; init; }

    public long Uid { get; init; }

    public long Gid { get; init; }

    /// <summary>Length of the content of a file, holes included; 0 for everything else.</summary>
    public long Size { get; init; }

    /// <summary>Modification time, whole seconds since 1970; may be negative.</summary>
    public long ModifiedSeconds { get; init; }

    /// <summary>Fraction of the modification time, 0 to 999,999,999, always forward from the second.</summary>
    public int ModifiedNanoseconds { get; init; }

    public uint DeviceMajor { get; init; }

    public uint DeviceMinor { get; init; }

    /// <summary>Extended attributes; written in bytewise order of their names.</summary>
    public IReadOnlyList<TarAttribute> Attributes { get; init; } = [];

    /// <summary>For a sparse file that was read: where its data lies, in order. Null for an ordinary file.</summary>
    public IReadOnlyList<TarExtent>? Extents { get; init; }

    /// <summary>The name as text, for messages only: bytes that are not UTF-8 show as U+FFFD, control characters as <c>?</c>.</summary>
    public override string ToString() => Display(Name);

    internal static string Display(ReadOnlySpan<byte> name)
    {
        const int longest = 512;
        return SafeText.Of(Encoding.UTF8.GetString(name.Length > longest ? name[..longest] : name));
    }
}

/// <summary>An extended attribute.</summary>
/// <param name="Name">Such as <c>security.capability</c>.</param>
/// <param name="Value">Any bytes.</param>
public readonly record struct TarAttribute(byte[] Name, byte[] Value);

/// <summary>A run of data in a sparse file.</summary>
/// <param name="Offset">Where in the file.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct TarExtent(long Offset, long Length);
