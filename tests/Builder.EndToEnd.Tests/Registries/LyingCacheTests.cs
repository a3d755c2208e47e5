using System.Text.RegularExpressions;
using Builder.EndToEnd.Tests.Builds;
using Builder.EndToEnd.Tests.Harness;
using Builder.EndToEnd.Tests.Robustness;

namespace Builder.EndToEnd.Tests.Registries;

/// <summary>Shared caches by strangers: a build with one that lies is the build without it.</summary>
[Collection(MeasuredTests.Name)]
public sealed partial class LyingCacheTests
{
    [EndToEndFact]
    public async Task Whatever_a_cache_in_a_registry_lies_about_the_image_is_the_same_and_the_store_sound()
    {
        using var registry = new LyingRegistry();
        await using HostileGround ground = new(PushedImage.NewWorkspace());
        string expected = await PrepareAsync(ground, registry);
        registry.Aim(ground.Canary, ground.ClimbingCanary);
        foreach ((string lie, string message) in new[]
        {
            ("huge-manifest", "the manifest is larger than 4194304 bytes"),
            ("deep-manifest", "malformed"),
            ("negative-size", "gives sha256:"),
            ("index-in-itself", "has another digest"),
            ("huge-config", "is larger than 16 MiB"),
            ("other-config", "has the digest"),
            ("no-config", "malformed in line 1 at byte 2;"),
            ("deep-config", "malformed in line 1 at byte"),
            ("no-key", ""),
            ("own-parent", ""),
            ("later-parent", ""),
            ("no-such-layer", ""),
            ("circle", ""),
            ("wrong-digest", "has the digest sha256:"),
            ("wrong-size", "longer than the"),
            ("endless-body", "longer than the"),
            ("redirect-loop", "more than 10 redirects"),
            ("redirect-to-file", "is not asked: only HTTPS is"),
            ("truncated-gzip", "damaged or truncated"),
            ("other-content", "sha256:"),
            ("bomb", "more than 64 MiB come behind the end of its archive"),
            ("sparse", "the holes of sparse files are more than 64 GiB"),
            ("hang", "did not answer within 1 seconds"),
        })
        {
            if (lie == "hang") ground.Workspace.Environment["BUILDER_CACHE_TIMEOUT"] = "1";
            (string id, string error) = await BuildAsync(ground, lie, "--cache-from", $"{registry.Host}/cache-{lie}");
            Assert.True(expected == id, $"{lie}: {id} instead of {expected}\n{error}");
            if (message.Length > 0) Assert.True(Warning().Matches(error).Any(w => w.Value.Contains(message, StringComparison.Ordinal)), $"{lie}: no '{message}' in\n{error}");
        }

        // What the caches above would have brought, had they not lied.
        ground.Workspace.Environment.Remove("BUILDER_CACHE_TIMEOUT");
        Assert.NotEqual(expected, (await BuildAsync(ground, "no-lie", "--cache-from", $"{registry.Host}/cache-no-lie")).Id);
        await BuildAsync(ground, "escape", "--cache-from", $"{registry.Host}/cache-escape");
    }

    [EndToEndFact]
    public async Task Whatever_is_damaged_in_a_cache_in_a_directory_the_image_is_the_same_and_the_store_sound()
    {
        using var registry = new LyingRegistry();
        await using HostileGround ground = new(PushedImage.NewWorkspace());
        string expected = await PrepareAsync(ground, registry);
        string[] files = [ground.Workspace.PathTo("cache/index.json"), .. Directory.GetFiles(ground.Workspace.PathTo("cache/blobs/sha256"))];
        Assert.Equal(4, files.Length);
        foreach (string file in files)
        {
            byte[] whole = await File.ReadAllBytesAsync(file);
            (string Name, Action Spoil)[] damages =
            [
                ("cut", () => File.WriteAllBytes(file, whole[..(whole.Length / 2)])),
                ("zeros", () => File.WriteAllBytes(file, new byte[whole.Length])),
                ("100 MB", () => Lengthen(file, 100_000_000)),
            ];
            foreach ((string name, Action spoil) in damages)
            {
                spoil();
                (string id, string error) = await BuildAsync(ground, $"{name}-{Array.IndexOf(files, file)}", "--cache-from", $"type=local,src={ground.Workspace.PathTo("cache")}");
                Assert.True(expected == id, $"{name} of {file}: {id} instead of {expected}\n{error}");
                Assert.True(Warning().IsMatch(error), $"{name} of {file}: no warning in\n{error}");
                await File.WriteAllBytesAsync(file, whole);
            }
        }
    }

    [GeneratedRegex("WARNING.*", RegexOptions.NonBacktracking)]
    private static partial Regex Warning();

    [GeneratedRegex("\"digest\":\"(?<digest>sha256:[0-9a-f]{64})\"", RegexOptions.NonBacktracking)]
    private static partial Regex DigestField();

    private static void Lengthen(string file, long length)
    {
        using FileStream stream = File.OpenWrite(file);
        stream.SetLength(length);
    }

    /// <summary>Makes a true cache, and tells the registry the key of its only step.</summary>
    private static async Task<string> PrepareAsync(HostileGround ground, LyingRegistry registry)
    {
        Workspace workspace = ground.Workspace;
        workspace.Environment["SOURCE_DATE_EPOCH"] = "1000000000";
        File.SetLastWriteTimeUtc(workspace.Write("a", "a\n"), DateTime.UnixEpoch.AddDays(1));
        workspace.Write("Dockerfile", "FROM scratch\nCOPY a /\n");
        (string id, _) = await BuildAsync(ground, "first", "--cache-to", $"type=local,dest={workspace.PathTo("cache")},mode=max");
        string config = Directory.GetFiles(workspace.PathTo("cache/blobs/sha256")).Select(File.ReadAllText).Single(text => text.Contains("\"records\"", StringComparison.Ordinal));
        registry.Key = DigestField().Match(config).Groups["digest"].Value;
        return id;
    }

    private static async Task<(string Id, string Error)> BuildAsync(HostileGround ground, string store, params string[] options)
    {
        Workspace workspace = ground.Workspace;
        string root = workspace.PathTo("store-" + store), file = workspace.PathTo("iid");
        CommandResult result = (await ground.RunAsync(["build", "--progress", "plain", "--root", root, "--iidfile", file, .. options, workspace.Context])).Succeeded();
        (await ground.RunAsync("--root", root, "store", "check")).Succeeded();
        return (await File.ReadAllTextAsync(file), result.Error);
    }
}
