namespace Builder.Fuzzing.Tests;

/// <summary>Tests that give files to other users, as a session does: skipped for ordinary users, but never in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RootTheoryAttribute : TheoryAttribute
{
    public RootTheoryAttribute()
    {
        bool mandatory = string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase);
        if (!Environment.IsPrivilegedProcess && !mandatory) Skip = "only root may change owners";
    }
}
