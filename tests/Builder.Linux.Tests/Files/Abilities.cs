namespace Builder.Linux.Tests.Files;

/// <summary>What this machine lets a test do. With CI=true a missing ability is a failure, so that a skip can't hide there.</summary>
internal static class Abilities
{
    public static bool IsRoot => string.Equals(Environment.UserName, "root", StringComparison.Ordinal);

    /// <summary>True when the test has to end early because it isn't root.</summary>
    public static bool LacksRoot(Action<string> report)
    {
        if (IsRoot) return false;
        Assert.False(string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.Ordinal), "CI promises root, but this is not root");
        report("SKIPPED: needs root");
        return true;
    }
}
