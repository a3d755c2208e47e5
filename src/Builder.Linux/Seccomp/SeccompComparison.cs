namespace Builder.Linux.Seccomp;

/// <summary>How an argument of a system call is compared: <c>enum scmp_compare</c> of seccomp.h.</summary>
public enum SeccompOperator
{
    NotEqual = 1,
    Less = 2,
    LessOrEqual = 3,
    Equal = 4,
    GreaterOrEqual = 5,
    Greater = 6,

    /// <summary>The argument, masked with the value, equals the second value.</summary>
    MaskedEqual = 7,
}

/// <summary>A condition on one argument of a system call.</summary>
/// <param name="Index">Which argument, from 0 to 5.</param>
/// <param name="Operator">How it is compared.</param>
/// <param name="Value">With what; the mask of <see cref="SeccompOperator.MaskedEqual"/>.</param>
/// <param name="SecondValue">The datum of <see cref="SeccompOperator.MaskedEqual"/>, else unused.</param>
public sealed record SeccompComparison(int Index, SeccompOperator Operator, ulong Value, ulong SecondValue = 0);
