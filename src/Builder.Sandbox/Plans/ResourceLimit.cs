namespace Builder.Sandbox.Plans;

/// <summary>A limit of a process: setrlimit(2).</summary>
/// <param name="Name">As messages call it: <c>nofile</c>.</param>
/// <param name="Resource">RLIMIT_* number.</param>
/// <param name="Soft">What is enforced; the largest number for none.</param>
/// <param name="Hard">How far the process may raise it itself.</param>
public sealed record ResourceLimit(string Name, int Resource, ulong Soft, ulong Hard)
{
    /// <summary>RLIMIT_NOFILE.</summary>
    public const int OpenFiles = 7;

    /// <summary>RLIMIT_NPROC.</summary>
    public const int Processes = 6;
}
