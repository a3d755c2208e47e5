using Builder.Linux.Seccomp;

namespace Builder.Sandbox.Seccomp;

/// <summary>Makes a profile a program for the kernel.</summary>
internal static class SeccompCompiler
{
    private const uint NoSuchCall = 38;
    private const int InstructionSize = 8;
    private const int PrologueOfArchitecture = 5;

    /// <summary>The program.</summary>
    /// <param name="profile">The rules.</param>
    /// <param name="capabilities">Those the container has.</param>
    /// <param name="machine">Where it is to run.</param>
    /// <exception cref="SeccompException">A rule can't be had.</exception>
    public static byte[] Compile(SeccompProfile profile, IReadOnlyCollection<int> capabilities, SeccompMachine machine)
    {
        uint[] architectures = [machine.Native, .. (profile.Architectures ?? machine.Compatible).Where(a => a != machine.Native)];
        SeccompRule[] rules = [.. profile.Rules.Where(r => Holds(r, capabilities, machine))];
        using var filter = new SeccompFilter(profile.DefaultAction);
        foreach (uint architecture in architectures) filter.AddArchitecture(architecture);
        foreach (SeccompRule rule in rules.Where(r => r.Action != profile.DefaultAction))
            foreach (string name in rule.Names)
                Add(filter, name, rule);
        byte[] program = filter.Export();
        return SeccompAction.LetsThrough(profile.DefaultAction) || profile.DefaultAction == SeccompAction.Errno(NoSuchCall)
            ? program
            : [.. Prologue(architectures, profile.Rules), .. program];
    }

    // A library can't compare one argument twice in a rule: as with runc, such conditions become rules of their own.
    private static void Add(SeccompFilter filter, string name, SeccompRule rule)
    {
        if (rule.Arguments.DistinctBy(a => a.Index).Count() == rule.Arguments.Count)
        {
            filter.Add(name, rule.Action, rule.Arguments);
            return;
        }

        foreach (SeccompComparison comparison in rule.Arguments) filter.Add(name, rule.Action, [comparison]);
    }

    private static bool Holds(SeccompRule rule, IReadOnlyCollection<int> capabilities, SeccompMachine machine) =>
        rule.Capabilities.All(capabilities.Contains) && !rule.WithoutCapabilities.Any(capabilities.Contains)
        && (rule.Architectures.Count == 0 || rule.Architectures.Contains(machine.Name)) && !rule.WithoutArchitectures.Contains(machine.Name)
        && (rule.MinimumKernel is not { } kernel || machine.Kernel >= kernel);

    // Calls newer than any the profile knows answer ENOSYS, as an older kernel would: programs then fall back, which EPERM would keep them from.
    private static byte[] Prologue(IReadOnlyList<uint> architectures, IReadOnlyList<SeccompRule> rules)
    {
        string[] names = [.. rules.SelectMany(r => r.Names).Distinct()];
        (uint Architecture, uint Newest)[] limits =
            [.. architectures.Select(a => (a, (uint)names.Select(n => SeccompFilter.NumberOf(n, a) ?? 0).DefaultIfEmpty(0).Max())).Where(l => l.Item2 > 0)];
        byte[] code = new byte[(1 + (limits.Length * PrologueOfArchitecture)) * InstructionSize];
        int at = 0;
        Emit(LoadWord, 0, 0, ArchitectureOffset);
        foreach ((uint architecture, uint newest) in limits)
        {
            Emit(JumpIfEqual, 0, PrologueOfArchitecture - 1, architecture);
            Emit(LoadWord, 0, 0, NumberOffset);
            Emit(JumpIfGreater, 0, 1, newest);
            Emit(Return, 0, 0, SeccompAction.Errno(NoSuchCall));
            Emit(Jump, 0, 0, (uint)((code.Length - at) / InstructionSize) - 1);
        }

        return code;

        void Emit(ushort operation, byte whenTrue, byte whenFalse, uint operand)
        {
            Span<byte> instruction = code.AsSpan(at, InstructionSize);
            BitConverter.TryWriteBytes(instruction, operation);
            (instruction[2], instruction[3]) = (whenTrue, whenFalse);
            BitConverter.TryWriteBytes(instruction[4..], operand);
            at += InstructionSize;
        }
    }

    // linux/bpf_common.h, and offsets in struct seccomp_data
    private const ushort LoadWord = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort JumpIfGreater = 0x25;
    private const ushort Jump = 0x05;
    private const ushort Return = 0x06;
    private const uint NumberOffset = 0;
    private const uint ArchitectureOffset = 4;
}
