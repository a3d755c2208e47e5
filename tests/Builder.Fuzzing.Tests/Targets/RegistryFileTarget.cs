using System.Text;
using Builder.Oci;
using Builder.Registry;
using Builder.Registry.Authentication;
using Builder.Registry.Configuration;

namespace Builder.Fuzzing.Tests.Targets;

/// <summary>docker's config.json and daemon.json, containers' auth.json and registries.conf.</summary>
internal sealed class RegistryFileTarget : IFuzzTarget, IDisposable
{
    private static readonly ImageReference[] Images = [.. new[] { "busybox", "reg.example/a/b:1", "localhost:5000/x", "a.example/x@sha256:" + new string('a', 64) }.Select(ImageReference.Parse)];

    private readonly string _file = Path.Combine(Path.GetTempPath(), $"fuzz-logins-{Environment.ProcessId}-{Guid.NewGuid():N}");

    public string Name => "config";

    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            """{"auths":{"https://index.docker.io/v1/":{"auth":"dTpw"},"reg.example":{"username":"u","password":"p"},"x/y":{"identitytoken":"t"},"e":{}},"credHelpers":{"gcr.example":"gcloud"},"credsStore":"","HttpHeaders":{"a":"b"}}""",
            """{"registry-mirrors":["https://mirror.example/x/","http://127.0.0.1:5000"],"insecure-registries":["a.example:80","10.0.0.0/8"]}""",
            "unqualified-search-registries = [\"docker.io\", 'x']\n[[registry]]\nprefix = \"*.example\" # c\nlocation = \"reg.example/a\"\ninsecure = true\n[[registry.mirror]]\nlocation = \"m.example\"\npull-from-mirror = \"digest-only\"\n[aliases]\n\"a\" = \"b\\u0041\"\n",
            "[registries.insecure]\nregistries = ['a:1', \"b\"]\n[[registry]]\nlocation = \"docker.io\"\nblocked = true\nx = {a = 1, b.c = [1_000, [true]]}\n",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public IReadOnlyList<string> Words { get; } =
    [
        "{", "}", "[", "]", "[[", "]]", ",", ":", "=", ".", "\"", "'", "\"\"\"", "\\u", "\\ud800", "\\", "\n", "#", "[[registry]]\n", "[[registry.mirror]]\n", "location=", "prefix=", "\"docker.io\"", "\"*.\"", "\"/\"", "null", "true", "\"auth\":",
        "\"auths\":", "\"dTpw\"", "\"Og==\"", "\"credHelpers\":", "://", "reg.example", "\"http://\"", "\"[::1\"", "\0", "1e9",
    ];

    public void Dispose() => File.Delete(_file);

    public void Read(byte[] input)
    {
        File.WriteAllBytes(_file, input);
        Refusable(() => ReadLogins());
        string text = Encoding.UTF8.GetString(input);
        Refusable(() => Ask(RegistriesConf.AddTo(RegistryHosts.Default, text, "registries.conf")));
        Refusable(() => Ask(DaemonConfig.AddTo(RegistryHosts.Default, input, "daemon.json")));
    }

    private static void Ask(RegistryHosts hosts)
    {
        foreach (ImageReference image in Images)
        {
            try
            {
                Assert.NotEmpty(hosts.ForPull(image));
                Assert.NotEmpty(hosts.ForPush(image));
            }
            catch (RegistryException)
            {
                // A place that can't be reached, or is blocked.
            }
        }
    }

    private static void Refusable(Action read)
    {
        try
        {
            read();
        }
        catch (FormatException error)
        {
            Assert.False(string.IsNullOrEmpty(error.Message));
        }
    }

    private void ReadLogins()
    {
        var logins = DockerCredentials.Load(_file);
        foreach (string domain in (ReadOnlySpan<string>)["docker.io", "reg.example", "", "x"]) logins.Find(domain);

        // Helpers are programs; none is started here.
        if (logins.HelperOf("new.example") is not null) return;
        var file = new LoginFile(_file);
        file.StoreAsync("new.example", new Login("u", "p:q"), CancellationToken.None).GetAwaiter().GetResult();
        Assert.Equal(new Login("u", "p:q"), DockerCredentials.Load(_file).Find("new.example"));
        Assert.True(file.EraseAsync("new.example", CancellationToken.None).GetAwaiter().GetResult());
    }
}
