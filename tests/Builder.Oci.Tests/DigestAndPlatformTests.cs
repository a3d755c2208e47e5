using System.Collections.Immutable;
using Builder.Oci.Collections;
using Builder.Oci.Images;

namespace Builder.Oci.Tests;

public class DigestAndPlatformTests
{
    private const string Empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Fact]
    public void A_digest_is_made_parsed_and_compared()
    {
        var digest = Digest.Sha256([]);
        Assert.Equal((Empty, "sha256", Empty[7..]), (digest.ToString(), digest.Algorithm, digest.Hex));
        Assert.Equal(digest, Digest.Parse(Empty));
        Assert.Equal(digest, Digest.FromSha256(Convert.FromHexString(Empty[7..])));
        var other = Digest.Sha256([1]);
        Assert.True(other < digest && other <= digest && digest > other && digest >= other);
        Assert.Equal(128, Digest.Parse("sha512:" + new string('a', 128)).Hex.Length);
        Assert.Equal("", default(Digest).ToString());
        Assert.Throws<InvalidOperationException>(() => default(Digest).Hex);
        Assert.Throws<ArgumentException>(() => Digest.FromSha256([1]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("sha256:")]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("sha256:E3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n")]
    [InlineData("sha256:../../../../../../../../../../../../../../../../../../../../../../..")]
    [InlineData("md5:d41d8cd98f00b204e9800998ecf8427e")]
    public void What_is_no_digest_is_refused(string? text)
    {
        Assert.False(Digest.TryParse(text, out _));
        if (text is not null) Assert.Throws<FormatException>(() => Digest.Parse(text));
    }

    [Theory]
    [InlineData("linux/amd64", "linux/amd64")]
    [InlineData("amd64", "linux/amd64")]
    [InlineData("x86_64", "linux/amd64")]
    [InlineData("linux/x86-64/v1", "linux/amd64")]
    [InlineData("linux/amd64/v3", "linux/amd64/v3")]
    [InlineData("aarch64", "linux/arm64")]
    [InlineData("linux/arm64/v8", "linux/arm64")]
    [InlineData("linux/arm64/8", "linux/arm64")]
    [InlineData("linux/arm", "linux/arm/v7")]
    [InlineData("linux/arm/7", "linux/arm/v7")]
    [InlineData("linux/arm/v6", "linux/arm/v6")]
    [InlineData("armhf", "linux/arm/v7")]
    [InlineData("armel", "linux/arm/v6")]
    [InlineData("i386", "linux/386")]
    [InlineData("Linux/S390X", "linux/s390x")]
    [InlineData("windows/amd64", "windows/amd64")]
    public void A_platform_is_normalised(string text, string expected)
    {
        Assert.Equal(expected, Platform.Parse(text).ToString());
        Assert.Equal(Platform.Parse(expected), Platform.Parse(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b/c/d")]
    [InlineData("linux/")]
    [InlineData("linux/am d64")]
    public void What_is_no_platform_is_refused(string text) => Assert.Throws<FormatException>(() => Platform.Parse(text));

    [Fact]
    public void Local_is_this_machine()
    {
        Assert.Equal(Platform.Current, Platform.Parse("local"));
        Assert.Equal("windows", Platform.Parse("windows").Os);
    }

    [Fact]
    public void Lists_compare_by_content()
    {
        EquatableArray<int> one = [1, 2];
        EquatableArray<int> same = [1, 2];
        Assert.True(one == same && one != [2, 1] && one.Equals((object)same) && one.GetHashCode() == same.GetHashCode());
        Assert.True(default(EquatableArray<int>) == []);
        Assert.Equal([1, 2], one);
        Assert.Equal(2, one[1]);
    }

    [Theory]
    [InlineData("linux/amd64", "linux/amd64")]
    [InlineData("linux/amd64/x", "linux/amd64")]
    [InlineData("linux/arm64/v9", "linux/arm64")]
    [InlineData("windows/amd64", null)]
    [InlineData("linux/amd64/v3", "linux/amd64")]
    [InlineData("linux/arm/v7", "linux/arm/v6")]
    [InlineData("linux/arm/v5", null)]
    [InlineData("linux/s390x", null)]
    public void The_nearest_platform_of_an_index_is_chosen(string wanted, string? chosen)
    {
        var index = new ImageIndex { Manifests = [.. new[] { "linux/arm/v6", "linux/amd64", "linux/arm64" }.Select(Entry)] };
        Assert.Equal(chosen, PlatformChoice.Choose(index, Platform.Parse(wanted))?.Platform?.ToString());
        Assert.Equal("linux/arm/v6, linux/amd64, linux/arm64", PlatformChoice.Describe(index));

        static Descriptor Entry(string platform) => new() { MediaType = "m", Digest = Digest.Sha256([]), Size = 0, Platform = Platform.Parse(platform) };
    }

    [Theory]
    [InlineData("linux/amd64/v4", "linux/amd64/v2", "linux/386", "linux/amd64/v2", "linux/amd64/v5")]
    [InlineData("linux/amd64", "linux/386", "linux/amd64/v2", "linux/386", "linux/arm")]
    [InlineData("linux/arm64", "linux/arm/v6", "linux/arm/v5", "linux/arm/v6", "linux/amd64")]
    [InlineData("linux/arm/v6", "linux/arm/v5", "linux/arm/v7", "linux/arm64", "linux/arm/v5")]
    [InlineData("linux/arm/v6", null, "linux/arm", "linux/arm64")]
    [InlineData("linux/arm64", "linux/arm64", "linux/arm64/v9", "linux/arm64/v8")]
    [InlineData("linux/ppc64le/power9", "linux/ppc64le", "linux/ppc64", "linux/ppc64le")]
    public void What_a_platform_runs_besides_is_better_than_nothing(string wanted, string? chosen, params string[] there)
    {
        var index = new ImageIndex { Manifests = [.. there.Select(platform => new Descriptor { MediaType = "m", Digest = Digest.Sha256([]), Size = 0, Platform = Platform.Parse(platform) })] };
        Assert.Equal(chosen, PlatformChoice.Choose(index, Platform.Parse(wanted))?.Platform?.ToString());
    }

    [Fact]
    public void Of_equal_platforms_the_first_is_chosen_and_attestations_never()
    {
        Descriptor[] entries = [.. Enumerable.Range(0, 3).Select(i => new Descriptor { MediaType = "m", Digest = Digest.Sha256([(byte)i]), Size = i, Platform = Platform.Parse("linux/amd64") })];
        entries[0] = entries[0] with { Annotations = ImmutableSortedDictionary<string, string>.Empty.Add("vnd.docker.reference.type", "attestation-manifest") };
        Assert.Same(entries[1], PlatformChoice.Choose(new ImageIndex { Manifests = [.. entries] }, Platform.Parse("amd64")));
    }

    [Fact]
    public void A_single_manifest_without_a_platform_is_taken_as_it_is()
    {
        var only = new Descriptor { MediaType = "m", Digest = Digest.Sha256([]), Size = 0 };
        Assert.Same(only, PlatformChoice.Choose(new ImageIndex { Manifests = [only] }, Platform.Parse("linux/amd64")));
        Assert.Null(PlatformChoice.Choose(new ImageIndex { Manifests = [only, only] }, Platform.Parse("linux/amd64")));
        Assert.Equal("none that says its platform", PlatformChoice.Describe(new ImageIndex { Manifests = [only] }));
    }
}
