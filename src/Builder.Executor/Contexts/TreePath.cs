using System.Text;

namespace Builder.Executor.Contexts;

/// <summary>
/// A path below some root: byte names joined by slashes, no leading slash, empty for the root itself. Bytes are kept one per character,
/// so that names that aren't UTF-8 survive, compare bytewise and can be dictionary keys.
/// </summary>
internal readonly record struct TreePath : IComparable<TreePath>
{
    private readonly string? _bytes;

    private TreePath(string bytes) => _bytes = bytes;

    public static TreePath Root => default;

    public bool IsRoot => Bytes.Length == 0;

    /// <summary>The last name; empty for the root.</summary>
    public byte[] Name => Encoding.Latin1.GetBytes(Bytes[(Bytes.LastIndexOf('/') + 1)..]);

    /// <summary>The path without its last name.</summary>
    public TreePath Parent => Bytes.LastIndexOf('/') is >= 0 and int slash ? new(Bytes[..slash]) : Root;

    /// <summary>One character per byte.</summary>
    public string Bytes => _bytes ?? "";

    public static bool operator <(TreePath left, TreePath right) => left.CompareTo(right) < 0;

    public static bool operator <=(TreePath left, TreePath right) => left.CompareTo(right) <= 0;

    public static bool operator >(TreePath left, TreePath right) => left.CompareTo(right) > 0;

    public static bool operator >=(TreePath left, TreePath right) => left.CompareTo(right) >= 0;

    /// <summary>From text; leading, trailing and doubled slashes and <c>.</c> vanish, <c>..</c> goes up and stops at the root.</summary>
    public static TreePath Parse(string text)
    {
        TreePath path = Root;
        foreach (byte[] name in SplitNames(Encoding.UTF8.GetBytes(text))) path = path.Step(name);
        return path;
    }

    /// <summary>The names in a byte path as they stand, without empty ones.</summary>
    public static IEnumerable<byte[]> SplitNames(byte[] path) =>
        Encoding.Latin1.GetString(path).Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Encoding.Latin1.GetBytes);

    /// <summary>Follows one name, <c>.</c> and <c>..</c> included.</summary>
    public TreePath Step(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("."u8) ? this : name.SequenceEqual(".."u8) ? Parent : Child(name);

    /// <summary>The entry of a name.</summary>
    public TreePath Child(ReadOnlySpan<byte> name)
    {
        if (IsRoot) return new(Encoding.Latin1.GetString(name));
        return new(string.Create(Bytes.Length + 1 + name.Length, new ChildState(Bytes, name), static (text, parts) =>
        {
            parts.Parent.CopyTo(text);
            text[parts.Parent.Length] = '/';
            Encoding.Latin1.GetChars(parts.Name, text[(parts.Parent.Length + 1)..]);
        }));
    }

    /// <summary>A path below this one.</summary>
    public TreePath Join(TreePath below) => below.IsRoot ? this : IsRoot ? below : new($"{Bytes}/{below.Bytes}");

    /// <summary>The names from the root down.</summary>
    public IReadOnlyList<byte[]> Names() => [.. SplitNames(ToBytes())];

    /// <summary>Whether the other path is this one or below it.</summary>
    public bool Contains(TreePath other) =>
        IsRoot || other.Bytes == Bytes || (other.Bytes.StartsWith(Bytes, StringComparison.Ordinal) && other.Bytes[Bytes.Length] == '/');

    /// <summary>The path relative to a path that contains it.</summary>
    public TreePath RelativeTo(TreePath ancestor) =>
        !ancestor.Contains(this) ? throw new ArgumentException("not an ancestor", nameof(ancestor))
        : ancestor.IsRoot ? this
        : Bytes.Length == ancestor.Bytes.Length ? Root
        : new(Bytes[(ancestor.Bytes.Length + 1)..]);

    public byte[] ToBytes() => Encoding.Latin1.GetBytes(Bytes);

    private readonly ref struct ChildState(string parent, ReadOnlySpan<byte> name)
    {
        public string Parent { get; } = parent;

        public ReadOnlySpan<byte> Name { get; } = name;
    }

    /// <inheritdoc/>
    public int CompareTo(TreePath other) => string.CompareOrdinal(Bytes, other.Bytes);

    /// <inheritdoc/>
    public bool Equals(TreePath other) => string.Equals(Bytes, other.Bytes, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => string.GetHashCode(Bytes, StringComparison.Ordinal);

    /// <summary>For people and for patterns: UTF-8 made text, invalid bytes replaced.</summary>
    public override string ToString() => Encoding.UTF8.GetString(ToBytes());
}
