using System.Buffers.Binary;
using Builder.Linux.Files;

namespace Builder.Cache.Layers;

/// <summary>
/// The extended attributes that are part of an image, in both directions: capabilities, access control lists and what users set.
/// All others belong to the host (<c>security.selinux</c>, <c>trusted.*</c>), to overlayfs or to the store; obeyed, they would do harm.
/// </summary>
internal static class ImageAttributes
{
    internal const string Capability = "security.capability";

    private const int CapabilitySize2 = 20;
    private const int CapabilitySize3 = 24;
    private const uint CapabilityRevisionMask = 0xFF000000;
    private const uint CapabilityRevision2 = 0x02000000;
    private const uint CapabilityRevision3 = 0x03000000;

    /// <summary>Whether an attribute travels with an image.</summary>
    internal static bool IsKept(string name) =>
        name is Capability or "system.posix_acl_access" or "system.posix_acl_default"
        || (name.StartsWith("user.", StringComparison.Ordinal)
            && !name.StartsWith("user.overlay.", StringComparison.Ordinal)
            && !name.StartsWith("user.builder.", StringComparison.Ordinal));

    /// <summary>Those of an entry, sorted by name.</summary>
    /// <param name="directory">Where it is.</param>
    /// <param name="name">Its name; empty for the directory itself.</param>
    internal static List<KeyValuePair<string, byte[]>> Read(DirectoryHandle directory, byte[] name)
    {
        IReadOnlyList<string> all = name.Length == 0 ? directory.ListAttributesSelf() : directory.ListAttributes(name);
        List<KeyValuePair<string, byte[]>> kept = [];
        foreach (string attribute in all)
        {
            if (!IsKept(attribute)) continue;
            byte[]? value = name.Length == 0 ? directory.GetAttributeSelf(attribute) : directory.GetAttribute(name, attribute);
            if (value is not null) kept.Add(new(attribute, attribute == Capability ? WithoutNamespace(value) : value));
        }

        kept.Sort(static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        return kept;
    }

    /// <summary>
    /// A capability that names the user namespace it counts in (revision 3), as one that counts wherever the image runs (revision 2):
    /// the namespace of one machine means nothing on another.
    /// </summary>
    internal static byte[] WithoutNamespace(byte[] value)
    {
        if (value.Length != CapabilitySize3) return value;
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(value);
        if ((magic & CapabilityRevisionMask) != CapabilityRevision3) return value;
        byte[] plain = value[..CapabilitySize2];
        BinaryPrimitives.WriteUInt32LittleEndian(plain, (magic & ~CapabilityRevisionMask) | CapabilityRevision2);
        return plain;
    }
}
