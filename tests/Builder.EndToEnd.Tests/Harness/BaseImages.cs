namespace Builder.EndToEnd.Tests.Harness;

/// <summary>Base images as tar files, made once by the scripts in testdata/base-images and kept between runs.</summary>
internal static class BaseImages
{
    private static readonly Lazy<Task<string>> Busybox = new(() => MakeAsync("busybox.tar", "busybox", toStandardOutput: true));
    private static readonly Lazy<Task<string>> Debian = new(() => MakeAsync("debian-bookworm.tar", "debian", toStandardOutput: false));

    public static string DebianPath => Path.Combine(CacheDirectory, "debian-bookworm.tar");

    private static string CacheDirectory => Environment.GetEnvironmentVariable("BUILDER_TEST_CACHE")
        ?? Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
            "builder-tests");

    public static Task<string> BusyboxAsync() => Busybox.Value;

    public static Task<string> DebianAsync() => Debian.Value;

    private static async Task<string> MakeAsync(string name, string script, bool toStandardOutput)
    {
        string path = Path.Combine(CacheDirectory, name);
        if (File.Exists(path))
            return path;
        Directory.CreateDirectory(CacheDirectory);
        string partial = $"{path}.{Environment.ProcessId}";
        Command command = new(Repository.PathTo($"testdata/base-images/{script}"), toStandardOutput ? [] : [partial]);
        CommandResult result = (await command.RunAsync()).Succeeded();
        if (toStandardOutput)
            await File.WriteAllBytesAsync(partial, result.OutputBytes);
        File.Move(partial, path, overwrite: true);
        return path;
    }
}
