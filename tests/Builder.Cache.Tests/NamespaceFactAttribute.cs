namespace Builder.Cache.Tests;

/// <summary>A test that needs user namespaces: skipped where there are none, but never in CI, where their absence is a failure.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NamespaceFactAttribute : FactAttribute
{
    private static readonly bool Works = TryUnshare();

    public NamespaceFactAttribute()
    {
        bool mandatory = string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase);
        if (!Works && !mandatory) Skip = "user namespaces are not available here";
    }

    private static bool TryUnshare()
    {
        using var process = TestStore.StartProgram("unshare", ["-rm", "true"]);
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
