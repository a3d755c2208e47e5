using Builder.Oci;
using Builder.Registry.Authentication;
using Builder.Registry.Configuration;

namespace Builder.Registry.Tests;

public class CredentialTests
{
    [Theory]
    [InlineData("https://index.docker.io/v1/", "docker.io")]
    [InlineData("index.docker.io", "docker.io")]
    [InlineData("registry.example", "registry.example")]
    [InlineData("https://registry.example/v2/", "registry.example")]
    [InlineData("registry.example:5000", "registry.example:5000")]
    public void A_login_is_found_under_the_spellings_docker_uses(string key, string domain)
    {
        DockerCredentials credentials = Load("""{"auths":{"KEY":{"auth":"dTpwOng="},"other":{}}}""".Replace("KEY", key, StringComparison.Ordinal));
        Assert.Equal(new Login("u", "p:x"), credentials.Find(domain));
        Assert.Null(credentials.Find("other"));
        Assert.Null(credentials.Find("elsewhere.example"));
    }

    [Fact]
    public void A_login_for_a_part_of_the_names_is_for_these_only()
    {
        DockerCredentials credentials = Load("""{"auths":{"a.b/team":{"username":"t","password":"p"},"a.b/team/app":{"username":"x","password":"p"},"a.b/v1/":{"username":"u","password":"p"},"c.d/own":{"username":"o","password":"p"}}}""");
        Assert.Equal(["x", "x", "t", "u", "u"], new[] { "team/app", "team/app/below", "team/other", "teams", "" }.Select(repository => credentials.Find("a.b", repository)?.User));
        Assert.Equal(("o", null), (credentials.Find("c.d", "own/x")?.User, credentials.Find("c.d", "other")?.User));
    }

    [Fact]
    public void Name_and_password_may_be_apart()
    {
        Assert.Equal(new Login("u", "p"), Load("""{"auths":{"a.b":{"username":"u","password":"p","auth":""}}}""").Find("a.b"));
        Assert.Null(Load("""{"auths":null,"credHelpers":{}}""").Find("a.b"));
        Assert.Null(DockerCredentials.Load("/no/such/file").Find("a.b"));
    }

    [Theory]
    [InlineData("no json: secret")]
    [InlineData("[\"secret\"]")]
    [InlineData("""{"auths":{"a.b":{"auth":"secret!"}}}""")]
    [InlineData("""{"auths":{"a.b":{"auth":"c2VjcmV0"}}}""")]
    public void A_malformed_file_is_refused_without_quoting_it(string json)
    {
        FormatException error = Assert.Throws<FormatException>(() => Load(json));
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("not a valid file of logins", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_is_not_shown() => Assert.DoesNotContain("hidden", new Login("u", "hidden").ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("busybox", "https://registry-1.docker.io/v2/")]
    [InlineData("registry.example/a", "https://registry.example/v2/")]
    [InlineData("registry.example:5000/a", "https://registry.example:5000/v2/")]
    [InlineData("localhost/a", "http://localhost/v2/")]
    [InlineData("localhost:5000/a", "http://localhost:5000/v2/")]
    [InlineData("127.1.2.3:5000/a", "http://127.1.2.3:5000/v2/")]
    [InlineData("[::1]:5000/a", "http://[::1]:5000/v2/")]
    [InlineData("127.0.0.1.example.com/a", "https://127.0.0.1.example.com/v2/")]
    [InlineData("localhost.example.com/a", "https://localhost.example.com/v2/")]
    [InlineData("10.0.0.1/a", "https://10.0.0.1/v2/")]
    public void Plain_http_is_for_this_machine_only(string name, string expected) =>
        Assert.Equal(expected, RegistryHosts.Default.ForPush(ImageReference.Parse(name))[0].Base.ToString());

    internal static DockerCredentials Load(string json)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, json);
            return DockerCredentials.Load(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
