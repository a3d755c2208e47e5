using Builder.Cache.Contexts;
using Builder.Linux.Files;
using Builder.Oci.Collections;

namespace Builder.Executor.Contexts;

/// <summary>One file, directory or other entry of a source tree, as it was when the tree was walked.</summary>
/// <param name="Path">Below the tree's root.</param>
/// <param name="Status">Not followed.</param>
/// <param name="LinkTarget">Of a symbolic link, else null.</param>
/// <param name="Attributes">The extended attributes that a copy carries, sorted by name.</param>
internal sealed record TreeEntry(TreePath Path, FileStatus Status, byte[]? LinkTarget, EquatableArray<ExtendedAttribute> Attributes)
{
    /// <summary>What earlier builds know of this very file, or this one since it was read; or null.</summary>
    public KnownFile? Known { get; set; }
}

/// <summary>An extended attribute.</summary>
internal sealed record ExtendedAttribute(string Name, byte[] Value)
{
    private const string NodeAttribute = "user.builder.node";

    /// <summary>
    /// Whether a copy carries it: what a user set, and file capabilities; never what overlayfs or the store say with one.
    /// </summary>
    /// <param name="name">The attribute.</param>
    /// <param name="fromImage">In an image's tree device nodes are kept as files with an attribute of ours; anywhere else that name is forged.</param>
    public static bool IsCarried(string name, bool fromImage) =>
        name == "security.capability" ||
        (name == NodeAttribute ? fromImage
            : name.StartsWith("user.", StringComparison.Ordinal) && !name.StartsWith("user.overlay.", StringComparison.Ordinal));

    /// <summary>What makes an empty file stand for a device node.</summary>
    public static ExtendedAttribute ForNode(bool isBlock, uint major, uint minor) => new(NodeAttribute, UnixPath.Encode($"{(isBlock ? 'b' : 'c')}:{major}:{minor}"));
}
