namespace Builder.Oci.Tests.Tools;

/// <summary>A fact that compares with other programs. Without them it is skipped, loudly; in CI it then fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ToolFactAttribute : FactAttribute
{
    public ToolFactAttribute(params string[] tools)
    {
        Tools = tools;
        string[] missing = [.. tools.Where(tool => !Tool.Exists(tool))];
        if (missing.Length > 0 && Environment.GetEnvironmentVariable("CI") != "true") Skip = "not installed here: " + string.Join(", ", missing);
    }

    public IReadOnlyList<string> Tools { get; }
}
