namespace Builder.Cache.Tests.Layers;

/// <summary>A test that needs to give files to other users, as a session does: skipped for ordinary users, but never in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute() => Skip = RootAbility.SkipReason;

    /// <summary>Whether the test needs what only root of the machine may do, not root of a user namespace: device nodes, any id.</summary>
    public bool OfTheMachine
    {
        get => _ofTheMachine;
        set
        {
            _ofTheMachine = value;
            if (value) Skip ??= RootAbility.ReasonNotOfTheMachine;
        }
    }

    private bool _ofTheMachine;
}

/// <inheritdoc cref="RootFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RootTheoryAttribute : TheoryAttribute
{
    public RootTheoryAttribute() => Skip = RootAbility.SkipReason;

    /// <summary>Whether the test needs what only root of the machine may do, not root of a user namespace: device nodes, any id.</summary>
    public bool OfTheMachine
    {
        get => _ofTheMachine;
        set
        {
            _ofTheMachine = value;
            if (value) Skip ??= RootAbility.ReasonNotOfTheMachine;
        }
    }

    private bool _ofTheMachine;
}

internal static class RootAbility
{
    internal static string? SkipReason { get; } =
        Environment.IsPrivilegedProcess || string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase)
            ? null
            : "only root may change owners";

    // user_namespaces(7): the initial namespace maps all ids to themselves.
    internal static string? ReasonNotOfTheMachine { get; } =
        File.ReadAllText("/proc/self/uid_map").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is ["0", "0", "4294967295"]
            ? null
            : "root of a user namespace can't make device nodes, nor give files to any id";
}
