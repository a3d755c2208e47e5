namespace Builder.Registry.Tests.Servers;

/// <summary>A fact that needs docker-registry and skopeo. Without them it is skipped, loudly; in CI it then fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RegistryFactAttribute : FactAttribute
{
    public RegistryFactAttribute()
    {
        string[] path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        string[] missing = [.. new[] { "docker-registry", "skopeo" }.Where(tool => !path.Any(directory => File.Exists(Path.Combine(directory, tool))))];
        if (missing.Length > 0 && Environment.GetEnvironmentVariable("CI") != "true") Skip = "not installed here: " + string.Join(", ", missing);
    }
}
