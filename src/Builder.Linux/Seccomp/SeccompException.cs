namespace Builder.Linux.Seccomp;

/// <summary>A filter of system calls could not be made: the library is missing, or refuses a rule.</summary>
public sealed class SeccompException(string message, Exception? inner = null) : Exception(message, inner);
