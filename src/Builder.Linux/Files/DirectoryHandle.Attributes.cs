using System.Globalization;
using System.Runtime.InteropServices;
using Builder.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Builder.Linux.Files;

public sealed unsafe partial class DirectoryHandle
{
    /// <summary>The kernel's own limit for one value and for one list (XATTR_SIZE_MAX, XATTR_LIST_MAX).</summary>
    private const int LargestAttribute = 64 * 1024;

    /// <summary>Names of the extended attributes of an entry, unsorted; none where the file system has none.</summary>
    public IReadOnlyList<string> ListAttributes(ReadOnlySpan<byte> name) => ListAttributes(DescriptorPath(Handle, Checked(name)), name);

    /// <summary>Names of the extended attributes of this directory.</summary>
    public IReadOnlyList<string> ListAttributesSelf() => ListAttributes(DescriptorPath(Handle, "."u8), "."u8);

    /// <summary>Value of an extended attribute of an entry; null when it has none of this name.</summary>
    public byte[]? GetAttribute(ReadOnlySpan<byte> name, string attribute) =>
        GetAttribute(DescriptorPath(Handle, Checked(name)), name, attribute);

    /// <summary>Value of an extended attribute of this directory; null when it has none of this name.</summary>
    public byte[]? GetAttributeSelf(string attribute) => GetAttribute(DescriptorPath(Handle, "."u8), "."u8, attribute);

    /// <summary>Sets an extended attribute of an entry.</summary>
    public void SetAttribute(ReadOnlySpan<byte> name, string attribute, ReadOnlySpan<byte> value) =>
        SetAttribute(DescriptorPath(Handle, Checked(name)), name, attribute, value);

    /// <summary>Sets an extended attribute of this directory.</summary>
    public void SetAttributeSelf(string attribute, ReadOnlySpan<byte> value) =>
        SetAttribute(DescriptorPath(Handle, "."u8), "."u8, attribute, value);

    /// <summary>Removes an extended attribute of an entry; false when it had none of this name.</summary>
    public bool RemoveAttribute(ReadOnlySpan<byte> name, string attribute)
    {
        fixed (byte* path = DescriptorPath(Handle, Checked(name)), key = Terminated(UnixPath.Encode(attribute)))
        {
            if (XattrH.LRemoveXattr(path, key) == 0) return true;
            if (Marshal.GetLastPInvokeError() == Errno.ENODATA) return false;
            throw SyscallException.FromLastError("lremovexattr", Subject(name, attribute));
        }
    }

    // There is no call that takes a directory and a name before Linux 6.13 (setxattrat), so the name is reached through /proc. The
    // l-variants do not follow a link at the end.
    private static byte[] DescriptorPath(SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        Span<byte> number = stackalloc byte[20];
        ((long)directory.DangerousGetHandle()).TryFormat(number, out int digits, default, CultureInfo.InvariantCulture);
        ReadOnlySpan<byte> slash = name.IsEmpty ? default : "/"u8;
        return [.. "/proc/self/fd/"u8, .. number[..digits], .. slash, .. name, 0];
    }

    private static ReadOnlySpan<byte> Checked(ReadOnlySpan<byte> name)
    {
        _ = new NameBuffer(name);
        return name;
    }

    private static string Subject(ReadOnlySpan<byte> name, string attribute) => $"{UnixPath.Quote(name)}, {attribute}";

    private static List<string> ListAttributes(byte[] path, ReadOnlySpan<byte> subject)
    {
        fixed (byte* pointer = path)
        {
            nint size = XattrH.LListXattr(pointer, null, 0);
            if (size == 0 || (size < 0 && Marshal.GetLastPInvokeError() == Errno.EOPNOTSUPP)) return [];
            if (size < 0) throw SyscallException.FromLastError("llistxattr", subject);
            byte[] list = new byte[LargestAttribute];
            fixed (byte* destination = list) size = XattrH.LListXattr(pointer, destination, (nuint)list.Length);
            if (size < 0) throw SyscallException.FromLastError("llistxattr", subject);

            List<string> names = [];
            ReadOnlySpan<byte> rest = list.AsSpan(0, (int)size);
            for (int end = rest.IndexOf((byte)0); end >= 0; end = rest.IndexOf((byte)0))
            {
                names.Add(UnixPath.Decode(rest[..end]));
                rest = rest[(end + 1)..];
            }

            return names;
        }
    }

    private static byte[]? GetAttribute(byte[] path, ReadOnlySpan<byte> subject, string attribute)
    {
        byte[] small = new byte[256];
        fixed (byte* pointer = path, key = Terminated(UnixPath.Encode(attribute)), destination = small)
        {
            nint size = XattrH.LGetXattr(pointer, key, destination, (nuint)small.Length);
            if (size >= 0) return small.AsSpan(0, (int)size).ToArray();
            int errno = Marshal.GetLastPInvokeError();
            if (errno is Errno.ENODATA or Errno.EOPNOTSUPP) return null;
            if (errno != Errno.ERANGE) throw SyscallException.FromLastError("lgetxattr", Subject(subject, attribute));
            byte[] large = new byte[LargestAttribute];
            fixed (byte* wide = large) size = XattrH.LGetXattr(pointer, key, wide, (nuint)large.Length);
            if (size < 0) throw SyscallException.FromLastError("lgetxattr", Subject(subject, attribute));
            return large.AsSpan(0, (int)size).ToArray();
        }
    }

    private static void SetAttribute(byte[] path, ReadOnlySpan<byte> subject, string attribute, ReadOnlySpan<byte> value)
    {
        fixed (byte* pointer = path, key = Terminated(UnixPath.Encode(attribute)), source = value)
        {
            if (XattrH.LSetXattr(pointer, key, source, (nuint)value.Length, 0) < 0)
                throw SyscallException.FromLastError("lsetxattr", Subject(subject, attribute));
        }
    }
}
