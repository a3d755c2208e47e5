using System.Runtime.InteropServices;
using System.Text;

namespace Builder.Linux.Native;

/// <summary>An argv or envp in unmanaged memory.</summary>
internal sealed unsafe class NativeTextArray : IDisposable
{
    private readonly int _count;

    public NativeTextArray(IReadOnlyList<string> items)
    {
        _count = items.Count;
        Pointer = (byte**)NativeMemory.AllocZeroed((nuint)_count + 1, (nuint)sizeof(byte*));
        for (int i = 0; i < _count; i++)
        {
            int size = Encoding.UTF8.GetByteCount(items[i]);
            byte* text = (byte*)NativeMemory.Alloc((nuint)size + 1);
            Encoding.UTF8.GetBytes(items[i], new Span<byte>(text, size));
            text[size] = 0;
            Pointer[i] = text;
        }
    }

    public byte** Pointer { get; }

    public void Dispose()
    {
        for (int i = 0; i < _count; i++) NativeMemory.Free(Pointer[i]);
        NativeMemory.Free(Pointer);
    }
}
