namespace Builder.Cache.Snapshots;

/// <summary>Names the time since the machine was last started. See random(4), /proc/sys/kernel/random/boot_id.</summary>
internal static class BootId
{
    /// <summary>Null where it can't be known.</summary>
    internal static string? Current { get; } = Read("/proc/sys/kernel/random/boot_id");

    internal static string? Read(string path)
    {
        try
        {
            string text = File.ReadAllText(path).Trim();
            return text.Length > 0 ? text : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
