using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Builder.Oci.Images;
using Builder.Oci.Json;

namespace Builder.Oci.Tests.Json;

public class OciJsonTests
{
    private const string Hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Fact]
    public void A_config_with_null_in_every_field_reads_as_an_empty_one()
    {
        ImageConfig config = Config("""
            {"created":null,"author":null,"architecture":null,"variant":null,"os":null,"rootfs":null,"history":null,
             "config":{"User":null,"ExposedPorts":null,"Env":null,"Entrypoint":null,"Cmd":null,"Volumes":null,"WorkingDir":null,"Labels":null,
             "StopSignal":null,"ArgsEscaped":null,"Healthcheck":null,"OnBuild":null,"Shell":null}}
            """);
        Assert.Equal(("", ""), (config.Architecture, config.Os));
        Assert.Null(config.Config.Env);
        Assert.Null(config.Config.Labels);
        Assert.Empty(config.RootFs.DiffIds);
        Assert.Equal("""{"architecture":"","os":"","config":{},"rootfs":{"type":"layers","diff_ids":[]}}""", Text(OciJson.WriteConfig(config)));
    }

    [Theory]
    [InlineData("""{"config":null}""")]
    [InlineData("{}")]
    [InlineData("""{"rootfs":{"type":null,"diff_ids":null},"history":[{"created":null,"empty_layer":null}]}""")]
    [InlineData("""{"config":{"Healthcheck":{"Test":null,"Interval":null,"Retries":null}}}""")]
    public void A_config_with_parts_missing_can_be_read_and_written(string json)
    {
        ImageConfig config = Config(json);
        Assert.NotNull(config.Config);
        Assert.NotNull(config.RootFs);
        ImageConfig again = OciJson.ReadConfig(OciJson.WriteConfig(config));
        Assert.Equal(config.History, again.History);
    }

    [Fact]
    public void An_empty_command_is_not_an_unset_one()
    {
        ImageConfig unset = Config("""{"config":{"Cmd":null}}""");
        ImageConfig empty = Config("""{"config":{"Cmd":[]}}""");
        Assert.Null(unset.Config.Cmd);
        Assert.Empty(empty.Config.Cmd!.Value);
        Assert.DoesNotContain("Cmd", Text(OciJson.WriteConfig(unset)), StringComparison.Ordinal);
        Assert.Contains("\"Cmd\":[]", Text(OciJson.WriteConfig(empty)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_whole_config_is_written_as_docker_writes_it()
    {
        var config = new ImageConfig
        {
            Created = "2024-01-01T00:00:00Z",
            Architecture = "amd64",
            Os = "linux",
            Config = new ContainerConfig
            {
                User = "app",
                Env = ["PATH=/bin", "A=<&>ü"],
                Cmd = ["sh"],
                WorkingDir = "/w",
                ArgsEscaped = true,
                ExposedPorts = ["80/tcp", "443/tcp"],
                Volumes = ["/data"],
                OnBuild = ["RUN x"],
                StopSignal = "SIGINT",
                Shell = ["/bin/sh", "-c"],
                Labels = ImmutableSortedDictionary<string, string>.Empty.Add("b", "2").Add("a", ""),
                Healthcheck = new Healthcheck { Test = ["CMD-SHELL", "true"], Interval = 30_000_000_000, Retries = 3 },
            },
            RootFs = new RootFs { DiffIds = [Digest.Parse("sha256:" + Hex)] },
            History = [new HistoryEntry { CreatedBy = "COPY a b # buildkit", Comment = "buildkit.dockerfile.v0" }, new HistoryEntry { CreatedBy = "CMD", EmptyLayer = true }],
        };
        Assert.Equal(
            Joined("""
                {"created":"2024-01-01T00:00:00Z","architecture":"amd64","os":"linux",
                "config":{"User":"app","ExposedPorts":{"443/tcp":{},"80/tcp":{}},"Env":["PATH=/bin","A=<&>ü"],"Cmd":["sh"],
                "Volumes":{"/data":{}},"WorkingDir":"/w","Labels":{"a":"","b":"2"},"StopSignal":"SIGINT","ArgsEscaped":true,
                "Healthcheck":{"Test":["CMD-SHELL","true"],"Interval":30000000000,"Retries":3},"OnBuild":["RUN x"],"Shell":["/bin/sh","-c"]},
                "rootfs":{"type":"layers","diff_ids":["sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]},
                "history":[{"created_by":"COPY a b # buildkit","comment":"buildkit.dockerfile.v0"},{"created_by":"CMD","empty_layer":true}]}
                """),
            Text(OciJson.WriteConfig(config)));
        Assert.Equal(OciJson.WriteConfig(config), OciJson.WriteConfig(OciJson.ReadConfig(OciJson.WriteConfig(config))));
    }

    [Fact]
    public void Unknown_fields_survive()
    {
        byte[] written = OciJson.WriteConfig(Config("""{"os.version":"10","moby.buildkit.cache.v0":{"a":[1,null]},"config":{"Hostname":"h","x":1.50}}"""));
        using JsonDocument document = JsonDocument.Parse(written);
        Assert.Equal("10", document.RootElement.GetProperty("os.version").GetString());
        Assert.Equal("""{"a":[1,null]}""", document.RootElement.GetProperty("moby.buildkit.cache.v0").GetRawText());
        Assert.Equal("1.50", document.RootElement.GetProperty("config").GetProperty("x").GetRawText());
    }

    [Fact]
    public void A_manifest_keeps_its_layers_and_annotations()
    {
        string json = Joined("""
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
            "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:HEX","size":0},
            "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:HEX","size":12,"annotations":{"k":"v"}}],
            "annotations":{"x":"y"}}
            """);
        ImageManifest manifest = OciJson.ReadManifest(Bytes(json));
        Assert.Equal(12, Assert.Single(manifest.Layers).Size);
        Assert.Equal("v", manifest.Layers[0].Annotations!["k"]);
        Assert.Equal(json, Text(OciJson.WriteManifest(manifest)));
    }

    [Fact]
    public void An_index_normalises_platforms()
    {
        ImageIndex index = OciJson.ReadIndex(Bytes(Joined("""
            {"schemaVersion":2,"manifests":[
            {"mediaType":"m","digest":"sha256:HEX","size":1,"platform":{"architecture":"arm64","os":"linux","variant":"v8","os.features":["a"]}},
            {"mediaType":"m","digest":"sha256:HEX","size":1,"platform":{"architecture":"unknown","os":"unknown"}},
            {"mediaType":"m","digest":"sha256:HEX","size":1,"platform":{"os":""}},
            {"mediaType":"m","digest":"sha256:HEX","size":1}]}
            """)));
        Assert.Equal(new Platform("linux", "arm64"), index.Manifests[0].Platform);
        Assert.Equal(new Platform("", ""), index.Manifests[2].Platform);
        Assert.Null(index.Manifests[3].Platform);
        Assert.Contains("""{"architecture":"arm64","os":"linux"}""", Text(OciJson.WriteIndex(index)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "malformed")]
    [InlineData("null", "null")]
    [InlineData("[]", "malformed")]
    [InlineData("""{"config":{"Env":"A=b"}}""", "array")]
    [InlineData("""{"config":{"Labels":{"a":1}}}""", "'a'")]
    [InlineData("""{"config":{"ExposedPorts":["80"]}}""", "object")]
    [InlineData("""{"config":{"ArgsEscaped":"yes"}}""", "true or false")]
    [InlineData("""{"config":{"Healthcheck":{"Interval":1.5}}}""", "64 bits")]
    [InlineData("""{"rootfs":{"diff_ids":["sha256:zz"]}}""", "digest")]
    [InlineData("""{"history":[null]}""", "null")]
    [InlineData("""{"os":"a","os":"b"}""", "os")]
    [InlineData("""{"config":{"User":"\ud800"}}""", "malformed")]
    [InlineData("""{"created":5}""", "malformed")]
    public void A_malformed_config_is_refused_with_the_reason(string json, string reason)
    {
        OciFormatException error = Assert.Throws<OciFormatException>(() => Config(json));
        Assert.Contains("image config", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"schemaVersion":1,"config":{"mediaType":"m","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":1}}""")]
    [InlineData("""{"schemaVersion":2,"config":null}""")]
    [InlineData("""{"schemaVersion":2,"config":{"mediaType":"m","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":-1}}""")]
    [InlineData("""{"schemaVersion":2,"config":{"mediaType":null,"digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":1}}""")]
    [InlineData("""{"schemaVersion":2,"config":{"mediaType":"m","digest":"md5:00","size":1}}""")]
    public void A_malformed_manifest_is_refused(string json) =>
        Assert.Contains("image manifest", Assert.Throws<OciFormatException>(() => OciJson.ReadManifest(Bytes(json))).Message, StringComparison.Ordinal);

    [Fact]
    public void Depth_and_size_are_capped()
    {
        Assert.Throws<OciFormatException>(() => Config($$"""{"x":{{new string('[', 100_000)}}{{new string(']', 100_000)}}}"""));
        Assert.Contains("4194304", Assert.Throws<OciFormatException>(() => OciJson.ReadIndex(new byte[OciJson.MaxDocumentSize + 1])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_configs_are_read_or_refused_but_never_crash()
    {
        byte[] good = Bytes($$$"""{"created":"t","os":"linux","config":{"Env":["A=b"],"Labels":{"a":"b"},"Volumes":{"/x":{}},"Cmd":null,"Z":{"\u00e9":[1e5]}},"rootfs":{"type":"layers","diff_ids":["sha256:{{{Hex}}}"]},"history":[{"empty_layer":true}]}""");
        var random = new Random(7);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] damaged = [.. good];
            for (int i = random.Next(1, 4); i > 0; i--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                OciJson.WriteConfig(OciJson.ReadConfig(damaged));
            }
            catch (OciFormatException error)
            {
                Assert.NotEmpty(error.Message);
            }
        }
    }

    [Theory]
    [InlineData("""{"x":"\ud800"}""")]
    [InlineData("""{"\udc00":1}""")]
    [InlineData("""{"config":{"x":["\ud800\u0041"]}}""")]
    public void Half_a_surrogate_pair_is_refused_also_where_nobody_knows_the_field(string json) =>
        Assert.Contains("text that is not Unicode", Assert.Throws<OciFormatException>(() => Config(json)).Message, StringComparison.Ordinal);

    private static string Joined(string text) => text.ReplaceLineEndings("").Replace("HEX", Hex, StringComparison.Ordinal);

    private static ImageConfig Config(string json) => OciJson.ReadConfig(Bytes(json));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);
}
