using System.Runtime.InteropServices;
using Builder.Linux.Native;
using Builder.Linux.Processes;
using Microsoft.Win32.SafeHandles;

namespace Builder.Linux.Seccomp;

/// <summary>A filter of system calls in the making: libseccomp(3), from 2.4 on. Not for use by several threads at once.</summary>
public sealed unsafe partial class SeccompFilter : IDisposable
{
    private const string Library = "libseccomp.so.2";
    private const int Optimize = 8;
    private const int BinaryTree = 2;
    private const int Exists = -17;
    private const int MaxComparisons = 6;
    private const int MaxProgram = 4096 * 8;
    private nint _context;

    /// <summary>An empty filter for this machine's processor.</summary>
    /// <param name="defaultAction">What happens to calls that no rule names: a SCMP_ACT_ value.</param>
    /// <exception cref="SeccompException">The library is missing or refuses.</exception>
    public SeccompFilter(uint defaultAction)
    {
        try
        {
            _context = Init(defaultAction);
        }
        catch (DllNotFoundException e)
        {
            throw new SeccompException("the library libseccomp.so.2 is missing (Debian's package libseccomp2)", e);
        }

        if (_context == 0) throw new SeccompException($"libseccomp refuses the default action 0x{defaultAction:x8}");

        // Older libraries than 2.5 can't, and make a slower program.
        _ = SetAttribute(_context, Optimize, BinaryTree);
    }

    /// <summary>Lets the filter speak for another processor's calls too, such as those of 32-bit programs.</summary>
    /// <param name="architecture">An AUDIT_ARCH_ value of linux/audit.h.</param>
    public void AddArchitecture(uint architecture) => Check(AddArch(_context, architecture), $"adding architecture 0x{architecture:x8}", Exists);

    /// <summary>Adds a rule: all of the comparisons must hold.</summary>
    /// <param name="name">The system call.</param>
    /// <param name="action">A SCMP_ACT_ value.</param>
    /// <param name="comparisons">Conditions, each on another argument.</param>
    /// <returns>False when the library doesn't know the call.</returns>
    public bool Add(string name, uint action, IReadOnlyList<SeccompComparison> comparisons)
    {
        if (comparisons.Count > MaxComparisons) throw new SeccompException($"the rule for {name} has more than {MaxComparisons} conditions");
        int number = Resolve(name, NativeArchitecture());
        if (number == UnknownCall) return false;
        NativeComparison* list = stackalloc NativeComparison[MaxComparisons];
        for (int i = 0; i < comparisons.Count; i++)
        {
            SeccompComparison c = comparisons[i];
            list[i] = new NativeComparison { Argument = (uint)c.Index, Operator = (int)c.Operator, A = c.Value, B = c.SecondValue };
        }

        Check(AddRule(_context, action, number, (uint)comparisons.Count, list), $"the rule for {name}", Exists);
        return true;
    }

    /// <summary>The number of a call on a processor, or null when the library doesn't know it or the processor doesn't have it.</summary>
    public static int? NumberOf(string name, uint architecture) => Resolve(name, architecture) is >= 0 and var number ? number : null;

    /// <summary>The program: an array of <c>struct sock_filter</c>.</summary>
    public byte[] Export()
    {
        using SafeFileHandle file = DescriptorCalls.CreateMemoryFile("seccomp");
        Check(ExportBpf(_context, (int)file.DangerousGetHandle()), "exporting the program", 0);
        byte[] program = new byte[RandomAccess.GetLength(file)];
        if (program.Length is 0 or > MaxProgram || program.Length % 8 != 0) throw new SeccompException($"libseccomp made a program of {program.Length} bytes");
        int done = 0;
        while (done < program.Length)
        {
            int count = RandomAccess.Read(file, program.AsSpan(done), done);
            if (count == 0) throw new SeccompException("libseccomp's program ended early");
            done += count;
        }

        return program;
    }

    public void Dispose()
    {
        if (_context != 0) Release(_context);
        _context = 0;
    }

    private const int UnknownCall = -1;

    private static int Resolve(string name, uint architecture)
    {
        using var text = new NativeText(name);
        return ResolveName(architecture, text.Pointer);
    }

    private static void Check(int result, string what, int tolerated)
    {
        if (result < 0 && result != tolerated) throw new SeccompException($"libseccomp: {what}: {new SyscallException("seccomp", "", -result).Message}");
    }

    [LibraryImport(Library, EntryPoint = "seccomp_init")]
    private static partial nint Init(uint action);

    [LibraryImport(Library, EntryPoint = "seccomp_release")]
    private static partial void Release(nint context);

    [LibraryImport(Library, EntryPoint = "seccomp_attr_set")]
    private static partial int SetAttribute(nint context, int attribute, uint value);

    [LibraryImport(Library, EntryPoint = "seccomp_arch_add")]
    private static partial int AddArch(nint context, uint architecture);

    [LibraryImport(Library, EntryPoint = "seccomp_arch_native")]
    private static partial uint NativeArchitecture();

    [LibraryImport(Library, EntryPoint = "seccomp_syscall_resolve_name_arch")]
    private static partial int ResolveName(uint architecture, byte* name);

    [LibraryImport(Library, EntryPoint = "seccomp_rule_add_array")]
    private static partial int AddRule(nint context, uint action, int call, uint count, NativeComparison* comparisons);

    [LibraryImport(Library, EntryPoint = "seccomp_export_bpf")]
    private static partial int ExportBpf(nint context, int descriptor);

    // struct scmp_arg_cmp
    private struct NativeComparison
    {
        public uint Argument;
        public int Operator;
        public ulong A;
        public ulong B;
    }
}
