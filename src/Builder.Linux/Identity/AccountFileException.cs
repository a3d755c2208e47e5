namespace Builder.Linux.Identity;

/// <summary>A passwd or group file can't be used.</summary>
/// <param name="problem">What goes behind its name in a message.</param>
/// <param name="inner">Why.</param>
public sealed class AccountFileException(string problem, Exception? inner = null) : Exception(problem, inner);
