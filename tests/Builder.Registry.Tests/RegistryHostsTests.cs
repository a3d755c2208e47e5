using System.Text;
using Builder.Oci;
using Builder.Registry.Configuration;

namespace Builder.Registry.Tests;

public class RegistryHostsTests
{
    private const string Conf = """
        unqualified-search-registries = ["docker.io", 'quay.io'] # not used
        [[registry]]
        prefix = "docker.io"
        [[registry.mirror]]
        location = "mirror.example/hub"
        [[registry.mirror]]
        location = "10.1.2.3:5000"
        insecure = true
        pull-from-mirror = "digest-only"

        [[registry]]
        prefix = "docker.io/team"
        location = "internal.example:8443/docker/team"

        [[registry]]
        location = "bad.example"
        blocked = true

        [[registry]]
        prefix = "*.wild.example"
        location = "tame.example/x"
        """;

    [Theory]
    [InlineData("busybox", "https://mirror.example/v2/ hub/library/busybox, https://registry-1.docker.io/v2/ library/busybox")]
    [InlineData("docker.io/team/app:1", "https://internal.example:8443/v2/ docker/team/app")]
    [InlineData("docker.io/teams/app:1", "https://mirror.example/v2/ hub/teams/app, https://registry-1.docker.io/v2/ teams/app")]
    [InlineData("a.wild.example/b/c", "https://tame.example/v2/ x/b/c")]
    [InlineData("10.1.2.3:5000/a", "https://10.1.2.3:5000/v2/ a, http://10.1.2.3:5000/v2/ a")]
    [InlineData("else.example/a", "https://else.example/v2/ a")]
    public void An_image_is_looked_for_where_the_configuration_says(string name, string expected) =>
        Assert.Equal(expected, string.Join(", ", Hosts.ForPull(ImageReference.Parse(name)).Select(e => $"{e.Base} {e.Repository}")));

    [Fact]
    public void A_mirror_for_digests_is_asked_for_those_only()
    {
        var name = ImageReference.Parse("busybox@sha256:" + new string('a', 64));
        Assert.Equal(["mirror.example", "10.1.2.3:5000", "10.1.2.3:5000", "registry-1.docker.io"], Hosts.ForPull(name).Select(e => e.Base.Authority));
    }

    [Fact]
    public void Nothing_is_pushed_to_a_mirror_or_to_a_blocked_registry()
    {
        Assert.Equal(["registry-1.docker.io"], Hosts.ForPush(ImageReference.Parse("busybox")).Select(e => e.Base.Authority));
        Assert.Contains("blocks 'bad.example'", Assert.Throws<RegistryException>(() => Hosts.ForPull(ImageReference.Parse("bad.example/a"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[[registry]]\nprefix = \"a\n", "line 2: a quotation mark is missing")]
    [InlineData("[[registry]\n", "line 1: ']]' is missing")]
    [InlineData("x = yes\n", "line 1: 'yes' is not understood")]
    [InlineData("[[registry]]\ninsecure = true\n", "neither prefix nor location")]
    public void A_malformed_file_is_refused_with_its_line(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => RegistriesConf.AddTo(RegistryHosts.Default, text, "f.conf")).Message, StringComparison.Ordinal);

    [Fact]
    public void Dockers_daemon_file_gives_mirrors_of_the_hub_and_insecure_registries()
    {
        byte[] json = Encoding.UTF8.GetBytes("""{"registry-mirrors":["http://m.example:81/p/"],"insecure-registries":["i.example:5000"]}""");
        RegistryHosts hosts = DaemonConfig.AddTo(RegistryHosts.Default, json, "daemon.json");
        Assert.Equal(["https://m.example:81/v2/", "http://m.example:81/v2/", "https://registry-1.docker.io/v2/"], hosts.ForPull(ImageReference.Parse("a")).Select(e => e.Base.ToString()));
        Assert.Equal(2, hosts.ForPush(ImageReference.Parse("i.example:5000/a")).Count);
        Assert.False(hosts.IsAllowed(new Uri("http://other.example/")));
    }

    private static RegistryHosts Hosts => RegistriesConf.AddTo(RegistryHosts.Default, Conf, "registries.conf");
}
