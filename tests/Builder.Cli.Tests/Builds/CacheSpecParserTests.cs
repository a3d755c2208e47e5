using Builder.Cache.Sharing;
using Builder.Cli.Builds.Caches;
using Builder.Oci;
using Builder.Oci.Compression;

namespace Builder.Cli.Tests.Builds;

public sealed class CacheSpecParserTests
{
    private readonly List<string> _warnings = [];

    [Theory]
    [InlineData("team/app:cache")]
    [InlineData("type=registry,ref=team/app:cache")]
    public void A_bare_name_is_a_name_in_a_registry(string text)
    {
        var expected = new RegistryCachePlace(ImageReference.Parse("team/app:cache"));
        Assert.Equal(expected, From(text));
        Assert.Equal(expected, To(text)!.Place);
    }

    [Fact]
    public void A_directory_has_tags_and_digests()
    {
        Assert.Equal(new LocalCachePlace("/c", "latest", null), From("type=local,src=/c"));
        Digest digest = Digest.Sha256("x"u8);
        Assert.Equal(new LocalCachePlace("c", "x", digest), From($"type=local,src=c,tag=x,digest={digest}"));
    }

    [Fact]
    public void All_that_can_be_said_of_a_target_is_read()
    {
        CacheTo to = To("type=local,dest=c,mode=max,compression=zstd,compression-level=5,force-compression=true,ignore-error=true,image-manifest=false,oci-mediatypes=false,reset=true")!;
        Assert.True(to is { AllSteps: true, IgnoreError: true, Reset: true, Compression: { Kind: CompressionKind.Zstd, Level: 5, Force: true } });
        Assert.Equal(new CacheManifestForm(IsImage: false, OciTypes: false), to.Form);
        Assert.True(To("type=registry,ref=x") is { AllSteps: false, IgnoreError: false, Compression.Kind: CompressionKind.Gzip, Form: { IsImage: true, OciTypes: true } });
        Assert.Null(To("type=inline"));
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("src=x", "type is missing")]
    [InlineData("type=local", "src is missing")]
    [InlineData("type=registry", "ref is missing")]
    [InlineData("type=regstry,ref=x", "there is no type 'regstry'")]
    [InlineData("type=inline", "what is inline in an image is read with the image")]
    [InlineData("type=local,src=x,digest=y", "'y' is not a digest")]
    [InlineData("type=local,src=x,mode=max", "there is no key 'mode' for type=local")]
    [InlineData("type=registry,ref=x,registry.insecure=true", "registry.insecure is not supported")]
    public void What_makes_no_sense_to_read_is_refused(string text, string reason) =>
        Assert.StartsWith($"invalid --cache-from \"{text}\": {reason}", Assert.Throws<CommandException>(() => From(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("type=gha", "type=gha is not supported")]
    [InlineData("type=local,dest=x,mode=most", "there is no mode 'most'")]
    [InlineData("type=local,dest=x,ignore-error=perhaps", "ignore-error is 'perhaps'")]
    [InlineData("type=registry,ref=x,image-manifest=true,oci-mediatypes=false", "image-manifest=true needs oci-mediatypes=true")]
    public void What_makes_no_sense_to_write_is_refused(string text, string reason) =>
        Assert.StartsWith($"invalid --cache-to \"{text}\": {reason}", Assert.Throws<CommandException>(() => To(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_cache_of_a_kind_that_is_missing_here_is_told_and_stops_nothing()
    {
        Assert.Null(From("type=gha,scope=x"));
        Assert.Equal(["--cache-from type=gha is not supported and has no effect"], _warnings);
    }

    private static CacheTo? To(string text) => new CacheSpecParser("--cache-to").To(text, mayBeInline: true);

    private CachePlace? From(string text) => new CacheSpecParser("--cache-from").From(text, _warnings.Add);
}
