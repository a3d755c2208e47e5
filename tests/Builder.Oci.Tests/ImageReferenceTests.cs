namespace Builder.Oci.Tests;

public class ImageReferenceTests
{
    private const string Sha = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static readonly string Long = new('a', 128);

    public static TheoryData<string, string, string> Valid => new()
    {
        { "busybox", "docker.io/library/busybox:latest", "busybox:latest" },
        { "busybox:1.36", "docker.io/library/busybox:1.36", "busybox:1.36" },
        { "library/busybox", "docker.io/library/busybox:latest", "busybox:latest" },
        { "user/name", "docker.io/user/name:latest", "user/name:latest" },
        { "docker.io/busybox", "docker.io/library/busybox:latest", "busybox:latest" },
        { "index.docker.io/a/b", "docker.io/a/b:latest", "a/b:latest" },
        { "docker.io/library/a/b", "docker.io/library/a/b:latest", "library/a/b:latest" },
        { "localhost/foo", "localhost/foo:latest", "localhost/foo:latest" },
        { "localhost:5000/foo", "localhost:5000/foo:latest", "localhost:5000/foo:latest" },
        { "localhost", "docker.io/library/localhost:latest", "localhost:latest" },
        { "foo:5000", "docker.io/library/foo:5000", "foo:5000" },
        { "foo:5000/bar", "foo:5000/bar:latest", "foo:5000/bar:latest" },
        { "UPPER/name", "UPPER/name:latest", "UPPER/name:latest" },
        { "[::1]:5000/foo:v1", "[::1]:5000/foo:v1", "[::1]:5000/foo:v1" },
        { "[2001:db8::1]/foo", "[2001:db8::1]/foo:latest", "[2001:db8::1]/foo:latest" },
        { "127.0.0.1:5000/a/b/c:t", "127.0.0.1:5000/a/b/c:t", "127.0.0.1:5000/a/b/c:t" },
        { "xn--n3h.com/a", "xn--n3h.com/a:latest", "xn--n3h.com/a:latest" },
        { "a_b/c__d/e-f/g---h/i.j", "docker.io/a_b/c__d/e-f/g---h/i.j:latest", "a_b/c__d/e-f/g---h/i.j:latest" },
        { "a@" + Sha, "docker.io/library/a@" + Sha, "a@" + Sha },
        { "a:t@" + Sha, "docker.io/library/a:t@" + Sha, "a:t@" + Sha },
        { "a:_x.Y-z", "docker.io/library/a:_x.Y-z", "a:_x.Y-z" },
        { "a:" + Long, "docker.io/library/a:" + Long, "a:" + Long },
        { "1", "docker.io/library/1:latest", "1:latest" },
        { "docker.io/a.b/c", "docker.io/a.b/c:latest", "docker.io/a.b/c:latest" },
        { "docker.io/localhost/c", "docker.io/localhost/c:latest", "docker.io/localhost/c:latest" },
        { "docker.io/index.docker.io/c", "docker.io/index.docker.io/c:latest", "docker.io/index.docker.io/c:latest" },
    };

    public static TheoryData<string> Invalid =>
    [
        "", " ", "a b", "a\n", "busybox:latest\n", "Busybox", "a/B", "docker.io/A", "a//b", "/a", "a/", "a:", ":tag", "a:-x", "a:.x", "a:ü", "a:" + Long + "a",
        "a@", "a@sha256:abc", "a@md5:d41d8cd98f00b204e9800998ecf8427e", "a@" + Sha + "0", "a@" + Sha.ToUpperInvariant(),
        "a___b", "_a", "a_", "-a", "a-", "a..b", "a._b", "a.-b", ".a", "a.", "é", "http://a/b", "-host.com/a", "host-.com/a", "[::1/a", "[::g]/a", "a:b:c", "host:port/a",
        "docker.io/" + new string('a', 250), new string('a', 64),
    ];

    [Theory]
    [MemberData(nameof(Valid))]
    public void A_name_is_normalised_and_shown_the_familiar_way(string text, string normalised, string familiar)
    {
        var reference = ImageReference.Parse(text);
        Assert.Equal((normalised, familiar), (reference.ToString(), reference.FamiliarName));
        Assert.Equal(reference, ImageReference.Parse(normalised));
        Assert.Equal(reference, ImageReference.Parse(familiar));
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void What_is_no_name_is_refused_with_a_reason(string text)
    {
        Assert.False(ImageReference.TryParse(text, out _));
        Assert.Contains("image name", Assert.Throws<FormatException>(() => ImageReference.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Busybox")]
    [InlineData("docker.io/A:Tag")]
    [InlineData("a/B")]
    public void Upper_case_is_named_as_the_fault(string text) =>
        Assert.Contains("lower case", Assert.Throws<FormatException>(() => ImageReference.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Parts_are_told_apart()
    {
        var reference = ImageReference.Parse("localhost:5000/a/b:t@" + Sha);
        Assert.Equal(("localhost:5000", "a/b", "t", Sha, "localhost:5000/a/b"), (reference.Domain, reference.Path, reference.Tag, reference.Digest.ToString(), reference.Repository));
        Assert.Null(ImageReference.Parse("a@" + Sha).Tag);
        Assert.Null(ImageReference.Parse("a").Digest);
    }
}
