using System.Collections.Immutable;
using Builder.Cache.Usage;
using Builder.Cli.Hosting;

namespace Builder.Cli.Tests.Hosting;

public sealed class StoreSettingsReaderTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("builder-cli-");

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public void Nothing_is_limited_unless_asked_for() => Assert.Equal(StoreLimits.None, Limits());

    [Fact]
    public void The_environment_comes_before_the_file()
    {
        Write("""{ "cacheMax": "20GB", "cacheMinFree": 1000, "cacheKeepImages": true }""");
        Assert.Equal(new StoreLimits(20_000_000_000, 1000, true), Limits());
        Assert.Equal(
            new StoreLimits(1 << 30, null, false),
            Limits(("BUILDER_CACHE_MAX", "1GiB"), ("BUILDER_CACHE_MIN_FREE", "none"), ("BUILDER_CACHE_KEEP_IMAGES", "0")));
    }

    [Theory]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{", "can't be understood")]
    [InlineData("""{ "cacheMaximum": 1 }""", "cacheMaximum")]
    [InlineData("""{ "cacheMax": "lots" }""", "cacheMax in ")]
    public void A_wrong_file_is_one_clear_error(string content, string expected)
    {
        Write(content);
        Assert.Contains(expected, Assert.Throws<CommandException>(() => Limits()).Message, StringComparison.Ordinal);
    }

    private void Write(string content)
    {
        Directory.CreateDirectory(Path.Combine(_home.FullName, ".config", "builder"));
        File.WriteAllText(Path.Combine(_home.FullName, ".config", "builder", "builder.json"), content);
    }

    private StoreLimits Limits(params (string Name, string Value)[] variables)
    {
        ImmutableDictionary<string, string> all = variables.ToImmutableDictionary(v => v.Name, v => v.Value).Add("HOME", _home.FullName);
        return StoreSettingsReader.Read(new HostEnvironment(all, "/"), "/nowhere", static _ => { }).Limits;
    }
}
