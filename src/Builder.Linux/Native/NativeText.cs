using System.Runtime.InteropServices;
using System.Text;

namespace Builder.Linux.Native;

/// <summary>A string as NUL-terminated UTF-8 in unmanaged memory, for the length of a call.</summary>
internal readonly unsafe ref struct NativeText
{
    public NativeText(string? text)
    {
        if (text is null) return;
        if (text.Contains('\0', StringComparison.Ordinal)) throw new ArgumentException("the text holds a NUL character", nameof(text));
        int size = Encoding.UTF8.GetByteCount(text);
        Pointer = (byte*)NativeMemory.Alloc((nuint)size + 1);
        Encoding.UTF8.GetBytes(text, new Span<byte>(Pointer, size));
        Pointer[size] = 0;
    }

    /// <summary>Null for a null string.</summary>
    public byte* Pointer { get; }

    public void Dispose() => NativeMemory.Free(Pointer);
}
