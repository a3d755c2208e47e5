using System.Text.Json;
using Builder.Linux.Seccomp;
using Builder.Sandbox.Capabilities;

namespace Builder.Sandbox.Seccomp;

/// <summary>Reads profiles in docker's JSON format. Whatever it does not know is an error: a rule left out would open or shut more than was meant.</summary>
public static class SeccompProfileReader
{
    /// <summary>The largest profile that is read, in bytes.</summary>
    public const int MaxSize = 1 << 20;

    /// <summary>Reads a profile.</summary>
    /// <param name="json">The file.</param>
    /// <exception cref="FormatException">It is no profile; the message says why.</exception>
    public static SeccompProfile Read(ReadOnlySpan<byte> json)
    {
        SeccompDocument document;
        try
        {
            document = JsonSerializer.Deserialize(json, SeccompJsonContext.Default.SeccompDocument) ?? throw new FormatException("it is empty");
        }
        catch (JsonException e)
        {
            throw new FormatException(e.Message, e);
        }

        uint defaultAction = Action(document.DefaultAction ?? throw new FormatException("\"defaultAction\" is missing"), document.DefaultErrnoRet);
        if (document.Flags is { Length: > 0 }) throw new FormatException("\"flags\" are not supported");
        if (document.ListenerPath is not null) throw new FormatException("\"listenerPath\" is not supported");
        return new SeccompProfile(defaultAction, [.. (document.Syscalls ?? []).Select(Rule)]) { Architectures = Architectures(document) };
    }

    private static SeccompRule Rule(SeccompDocumentRule rule)
    {
        string[] names = rule.Names ?? (rule.Name is { } name ? [name] : throw new FormatException("a rule of \"syscalls\" has no \"names\""));
        return new SeccompRule(names, Action(rule.Action ?? throw new FormatException($"the rule for {string.Join(", ", names)} has no \"action\""), rule.ErrnoRet))
        {
            Arguments = [.. (rule.Args ?? []).Select(Comparison)],
            Capabilities = Numbers(rule.Includes?.Caps),
            WithoutCapabilities = Numbers(rule.Excludes?.Caps),
            Architectures = rule.Includes?.Arches ?? [],
            WithoutArchitectures = rule.Excludes?.Arches ?? [],
            MinimumKernel = rule.Includes?.MinKernel is { } kernel
                ? Version.TryParse(kernel, out Version? version) ? version : throw new FormatException($"\"minKernel\" {kernel} is no version")
                : null,
        };
    }

    private static SeccompComparison Comparison(SeccompDocumentArgument argument) => argument.Index > 5
        ? throw new FormatException($"there is no argument {argument.Index}: they count from 0 to 5")
        : new((int)argument.Index, Operator(argument.Op), argument.Value, argument.ValueTwo);

    private static int[] Numbers(string[]? names) =>
        [.. (names ?? []).Select(n => CapabilitySet.NumberOf(n) ?? throw new FormatException($"unknown capability {n}"))];

    private static SeccompOperator Operator(string? name) => name switch
    {
        "SCMP_CMP_NE" => SeccompOperator.NotEqual,
        "SCMP_CMP_LT" => SeccompOperator.Less,
        "SCMP_CMP_LE" => SeccompOperator.LessOrEqual,
        "SCMP_CMP_EQ" => SeccompOperator.Equal,
        "SCMP_CMP_GE" => SeccompOperator.GreaterOrEqual,
        "SCMP_CMP_GT" => SeccompOperator.Greater,
        "SCMP_CMP_MASKED_EQ" => SeccompOperator.MaskedEqual,
        _ => throw new FormatException($"unknown operator \"{name}\""),
    };

    private static uint Action(string name, uint? number) => name switch
    {
        "SCMP_ACT_KILL" or "SCMP_ACT_KILL_THREAD" => SeccompAction.KillThread,
        "SCMP_ACT_KILL_PROCESS" => SeccompAction.KillProcess,
        "SCMP_ACT_TRAP" => SeccompAction.Trap,
        "SCMP_ACT_ERRNO" => SeccompAction.Errno(number ?? 1),
        "SCMP_ACT_TRACE" => SeccompAction.Trace(number ?? 1),
        "SCMP_ACT_ALLOW" => SeccompAction.Allow,
        "SCMP_ACT_LOG" => SeccompAction.Log,
        _ => throw new FormatException($"unknown action \"{name}\""),
    };

    // A profile may name processors as a flat list, or as a map from each to those it is compatible with; names of foreign ones mean nothing here.
    private static uint[]? Architectures(SeccompDocument document)
    {
        if (document.Architectures is { } flat) return [.. flat.Select(Architecture).OfType<uint>()];
        if (document.ArchMap is not { } map) return null;
        return [.. map.Where(m => Architecture(m.Architecture) == SeccompMachine.Current.Native).SelectMany(m => m.SubArchitectures ?? []).Select(Architecture).OfType<uint>()];
    }

    private static uint? Architecture(string? name) => name switch
    {
        "SCMP_ARCH_X86_64" => SeccompMachine.X64,
        "SCMP_ARCH_X86" => SeccompMachine.X86,
        "SCMP_ARCH_AARCH64" => SeccompMachine.Arm64,
        "SCMP_ARCH_ARM" => SeccompMachine.Arm,
        _ => null,
    };
}
