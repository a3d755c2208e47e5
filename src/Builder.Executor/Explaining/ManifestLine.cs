using Builder.Executor.Contexts;

namespace Builder.Executor.Explaining;

/// <summary>A line of a manifest: a file a step read, with all of it that counted.</summary>
/// <param name="Source">Number of the COPY source it comes from.</param>
/// <param name="Path">Below the root of the tree.</param>
/// <param name="Type">One letter.</param>
/// <param name="Mode">Octal, or <c>-</c> when it doesn't count.</param>
/// <param name="Owner"><c>uid:gid</c>, or <c>-</c> when it doesn't count.</param>
/// <param name="Content">Size and digest, or where a link points; <c>-</c> for none.</param>
/// <param name="Attributes">Digest of the extended attributes, and the first name of a file that has several.</param>
internal readonly record struct ManifestLine(int Source, TreePath Path, string Type, string Mode, string Owner, string Content, string Attributes)
    : IComparable<ManifestLine>
{
    public static bool operator <(ManifestLine left, ManifestLine right) => left.CompareTo(right) < 0;

    public static bool operator <=(ManifestLine left, ManifestLine right) => left.CompareTo(right) <= 0;

    public static bool operator >(ManifestLine left, ManifestLine right) => left.CompareTo(right) > 0;

    public static bool operator >=(ManifestLine left, ManifestLine right) => left.CompareTo(right) >= 0;

    /// <summary>By source and path.</summary>
    public int CompareTo(ManifestLine other) => Source != other.Source ? Source.CompareTo(other.Source) : Path.CompareTo(other.Path);
}
