using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Builder.Cache;
using Builder.Cache.Images;
using Builder.Cache.Layers;
using Builder.Cli.Images;
using Builder.Cli.Terminals;
using Builder.Cli.Tests.Harness;
using Builder.Oci;
using Builder.Oci.Collections;
using Builder.Oci.Images;
using Builder.Oci.Json;

namespace Builder.Cli.Tests.Images;

/// <summary>Commands on images, against a real store: no namespace is needed for what never unpacks a layer.</summary>
public sealed class ImageCommandTests : IDisposable
{
    private readonly TestCli _cli = new();
    private readonly Digest _small;
    private readonly Digest _other;

    public ImageCommandTests()
    {
        using BuilderStore store = _cli.Context.OpenStore();
        _small = Add(store, "one", "2026-01-31T07:00:00Z", "small", "small:2");
        _other = Add(store, "two", "2026-01-17T08:00:00Z", "registry.example:5000/team/other:v1");
        Add(store, "three", "2026-01-30T07:00:00Z");
    }

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void Images_are_listed_newest_first_with_dockers_columns()
    {
        Assert.Equal(0, _cli.Run("images"));
        string[] lines = _cli.Output.Split('\n');
        Assert.Equal(["REPOSITORY", "TAG", "IMAGE", "ID", "CREATED", "SIZE"], lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Matches(@"^small +\S+ +[0-9a-f]{12} +About an hour ago +12B$", lines[1]);
        Assert.Matches(@"^<none> +<none> +[0-9a-f]{12} +25 hours ago +12B$", lines[3]);
        Assert.Matches(@"^registry.example:5000/team/other +v1 +[0-9a-f]{12} +2 weeks ago +12B$", lines[4]);
    }

    [Theory]
    [InlineData("small:2", "images", "--format", "{{.Repository}}:{{.Tag}}", "small:2")]
    [InlineData("other", "images", "--format", "other", "*/team/*")]
    [InlineData("<none>", "image", "ls", "--format", "{{.Repository}}", "-f", "dangling=true")]
    [InlineData("v1", "images", "--format", "{{.Tag}}", "--filter", "before=small", "-f", "dangling=false")]
    [InlineData("v1", "images", "--format", "{{.Tag}}", "--filter", "label=of=two")]
    [InlineData("", "images", "-q", "nosuch")]
    public void Images_are_filtered_and_formatted(string expected, params string[] arguments)
    {
        Assert.Equal(0, _cli.Run(arguments));
        Assert.Equal(expected.Length == 0 ? "" : expected + "\n", _cli.Output);
    }

    [Fact]
    public void Ids_are_printed_for_every_name_as_docker_does()
    {
        Assert.Equal(0, _cli.Run("images", "-q", "--no-trunc"));
        string[] ids = _cli.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal((4, 3, 2), (ids.Length, ids.Distinct().Count(), ids.Count(id => id == _small.ToString())));
    }

    [Theory]
    [InlineData("{{.Config.ExposedPorts}} {{.Config.Volumes}} {{.Config.Env}} {{.Config.Shell}}", "map[80/tcp:{}] map[] [] []")]
    [InlineData("{{.Variant}}|{{.Config.StopSignal}}|{{.Config.Labels.of}}|{{.Config.Labels.none}}", "||one|<no value>")]
    [InlineData("{{.Config.Healthcheck.Interval}} {{.Config.Healthcheck.Retries}} {{.Config.Healthcheck}}", "30s 0 {[CMD true] 30s 0s 0s 0s 0}")]
    [InlineData("{{json .Config.Healthcheck}} {{json .Config.Volumes}}", "{\"Test\":[\"CMD\",\"true\"],\"Interval\":30000000000} null")]
    [InlineData("{{if eq .ID .Id}}{{index .Config.Labels \"none\"}}{{range $port, $_ := .Config.ExposedPorts}}{{$port}}{{end}}{{end}}", "80/tcp")]
    public void Templates_of_inspect_print_what_gos_types_would(string template, string expected)
    {
        Assert.Equal(0, _cli.Run("image", "inspect", "-f", template, "small"));
        Assert.Equal(expected + "\n", _cli.Output);
    }

    [Fact]
    public void Templates_that_are_none_and_fields_that_are_none_fail_as_with_docker()
    {
        Assert.Equal(64, _cli.Run("inspect", "-f", "{{.Id", "small"));
        Assert.Equal(1, _cli.Run("inspect", "-f", "{{.Nope}}", "small"));
        Assert.Equal(1, _cli.Run("images", "-f", "colour=red"));
        Assert.Equal(125, _cli.Run("images", "-f", "colour"));
    }

    [Theory]
    [InlineData("{\"Containers\":\"N/A\"", "images", "--format", "json", "small:2")]
    [InlineData("\"Digest\":\"\\u003cnone\\u003e\"", "images", "--format", "{{json .}}", "small:2")]
    [InlineData("REPOSITORY/TAG\nsmall/2\n", "images", "--format", "table {{lower .Repository}}/{{.Tag | upper}}", "small:2")]
    [InlineData("repository: small\ntag: 2\nimage_id: ", "images", "--format", "raw", "small:2")]
    [InlineData("REPOSITORY   TAG       IMAGE ID", "images", "--format", "", "small:2")]
    [InlineData("2026-01-31T07:00:00Z 12\n", "history", "--human=false", "--format", "{{.CreatedSince}} {{.Size}}", "small")]
    [InlineData("Removing login credentials for nowhere.example\n", "logout", "nowhere.example")]
    [InlineData("Removing login credentials for https://index.docker.io/v1/\n", "logout")]
    public void Output_is_dockers(string expected, params string[] arguments)
    {
        Assert.Equal(0, _cli.Run(arguments));
        Assert.Contains(expected, _cli.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_labels_all_have_to_match()
    {
        Assert.Equal(0, _cli.Run("images", "-q", "-f", "label=of", "-f", "label=of=two"));
        Assert.Equal(_other.Hex[..12] + "\n", _cli.Output);
    }

    [Fact]
    public void An_image_is_inspected_in_dockers_shape_and_a_missing_one_told()
    {
        Assert.Equal(1, _cli.Run("inspect", "small", "nosuch"));
        Assert.Equal("builder: No such image: nosuch:latest\n", _cli.Error);
        JsonNode image = Assert.Single(JsonNode.Parse(_cli.Output)!.AsArray())!;
        Assert.Equal(_small.ToString(), image["Id"]!.GetValue<string>());
        Assert.Equal(["small:2", "small:latest"], image["RepoTags"]!.AsArray().Select(t => t!.GetValue<string>()).Order(StringComparer.Ordinal));
        Assert.Equal("{\"80/tcp\":{}}", image["Config"]!["ExposedPorts"]!.ToJsonString());
        Assert.Equal(30_000_000_000, image["Config"]!["Healthcheck"]!["Interval"]!.GetValue<long>());
        Assert.Null(image["Config"]!["Entrypoint"]);
    }

    [Fact]
    public void A_template_chooses_what_inspect_prints()
    {
        Assert.Equal(0, _cli.Run("image", "inspect", "-f", "{{.Os}} {{json .Config.Cmd}} {{index .Config.Labels \"of\"}}", _other.Hex[..12], "small"));
        Assert.Equal("linux [\"cat\",\"/a\"] two\nlinux [\"cat\",\"/a\"] one\n", _cli.Output);
    }

    [Fact]
    public void History_shows_sizes_of_layers_only_and_the_id_beside_the_newest()
    {
        Assert.Equal(0, _cli.Run("history", "small"));
        string[] lines = _cli.Output.Split('\n');
        Assert.Matches(@"^IMAGE +CREATED +CREATED BY +SIZE +COMMENT$", lines[0]);
        Assert.Matches($@"^{_small.Hex[..12]} +About an hour ago +CMD \[""cat"" ""/a""\] +0B +buildkit$", lines[1]);
        Assert.Matches(@"^<missing> +About an hour ago +RUN /bin/sh -c echo a rather long command li… +12B +$", lines[2]);
        Assert.Equal(0, _cli.Run("history", "-H=false", "--no-trunc", "--format", "{{.CreatedAt}} {{.Size}} {{.CreatedBy}}", "small"));
        Assert.Contains("2026-01-31T07:00:00Z 12 RUN /bin/sh -c echo a rather long command line that goes on\n", _cli.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_is_given_and_taken_away_and_the_last_one_takes_the_image_along()
    {
        Assert.Equal(0, _cli.Run("tag", _other.ToString(), "mine:1"));
        Assert.Equal(0, _cli.Run("rmi", "registry.example:5000/team/other:v1"));
        Assert.Equal(0, _cli.Run("rmi", "mine:1"));
        Assert.Equal($"Untagged: registry.example:5000/team/other:v1\nUntagged: mine:1\nDeleted: {_other}\n", _cli.Output);
        Assert.Equal(1, _cli.Run("rmi", "mine:1"));
        Assert.Equal(0, _cli.Run("rmi", "-f", "mine:1"));
        Assert.Equal(1, _cli.Run("tag", "mine:1", "x"));
        Assert.Equal(string.Concat(Enumerable.Repeat("builder: No such image: mine:1\n", 3)), _cli.Error);
    }

    [Fact]
    public void What_an_image_is_called_by_digest_goes_with_the_last_tag_of_its_repository()
    {
        var byDigest = ImageReference.Parse("registry.example:5000/team/other@" + Digest.Sha256("manifest"u8));
        using (BuilderStore store = _cli.Context.OpenStore()) store.Images.Tag(byDigest, _other);
        Assert.Equal(0, _cli.Run("images", "--digests", "--format", "{{.Tag}} {{.Digest}}", "*/team/*"));
        Assert.Equal(0, _cli.Run("images", "--format", "{{.Tag}} {{.Digest}}", "*/team/*"));
        Assert.Equal(0, _cli.Run("inspect", "-f", "{{.RepoTags}} {{.RepoDigests}}", $"registry.example:5000/team/other:any@{byDigest.Digest}"));
        Assert.Equal($"v1 {byDigest.Digest}\nv1 <none>\n[registry.example:5000/team/other:v1] [{byDigest}]\n", _cli.Output);
        Assert.Equal(0, _cli.Run("tag", "registry.example:5000/team/other:v1", "kept"));
        Assert.Equal(0, _cli.Run("rmi", "registry.example:5000/team/other:v1"));
        Assert.EndsWith($"Untagged: registry.example:5000/team/other:v1\nUntagged: {byDigest}\n", _cli.Output, StringComparison.Ordinal);
        Assert.Equal(0, _cli.Run("rmi", "kept"));
    }

    [Fact]
    public void An_id_with_several_names_needs_force()
    {
        Assert.Equal(1, _cli.Run("rmi", _small.Hex[..12]));
        Assert.Contains("must be forced", _cli.Error, StringComparison.Ordinal);
        Assert.Equal(0, _cli.Run("rmi", "-f", _small.Hex[..12]));
        Assert.Equal(["Deleted", "Untagged", "Untagged"], _cli.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(':')[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_is_saved_can_be_loaded_with_all_its_names()
    {
        Assert.Equal(0, _cli.Run("save", "-o", "images.tar", "small", "registry.example:5000/team/other:v1"));
        string archive = Path.Combine(_cli.Directory, "images.tar");
        Assert.Empty(Directory.GetFiles(_cli.Directory, "*.partial"));
        using var second = new TestCli();
        Assert.Equal(0, second.Run("load", "-i", archive));
        Assert.Equal(
            ["Loaded image: registry.example:5000/team/other:v1", "Loaded image: small:2", "Loaded image: small:latest"],
            second.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        using var byId = new TestCli();
        Assert.Equal(0, _cli.Run("save", "-o", "id.tar", _small.ToString()));
        Assert.Equal(0, byId.Run("load", "-q", "-i", Path.Combine(_cli.Directory, "id.tar")));
        Assert.Equal($"Loaded image ID: {_small}\n", byId.Output);
    }

    [Theory]
    [InlineData("cowardly refusing to save to a terminal", "save", "x")]
    [InlineData("requested load from standard input, but it is a terminal", "load")]
    [InlineData("requested import from standard input, but it is a terminal", "import", "-")]
    [InlineData("no such file: nowhere.tar", "load", "-i", "nowhere.tar")]
    [InlineData("no such file: nowhere.tar", "import", "nowhere.tar")]
    [InlineData("No such image: x:latest", "save", "-o", "x.tar", "x")]
    public void Archives_go_neither_to_nor_from_terminals_and_have_to_exist(string expected, params string[] arguments)
    {
        using var cli = new TestCli(kind: TerminalKind.Input | TerminalKind.Output);
        Assert.Equal(1, cli.Run(arguments));
        Assert.StartsWith("builder: " + expected + "\n", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Changes_of_an_import_are_Dockerfile_instructions_that_only_configure()
    {
        ContainerConfig config = ConfigChanges.Apply(["ENV A=1 B=two", "CMD [\"sh\"]", "EXPOSE 80", "LABEL x=y", "USER app"]);
        Assert.Equal(["A=1", "B=two"], config.Env);
        Assert.Equal(["sh"], config.Cmd);
        Assert.Equal("app", config.User);
        Assert.Null(config.WorkingDir);
        Assert.False(config.ArgsEscaped);
        Assert.Equal("/srv", ConfigChanges.Apply(["WORKDIR /srv"]).WorkingDir);
        Assert.Contains("can't do this: RUN true", Assert.Throws<CommandException>(() => ConfigChanges.Apply(["RUN true"])).Message, StringComparison.Ordinal);
        Assert.StartsWith("invalid --change \"CMDD x\"", Assert.Throws<CommandException>(() => ConfigChanges.Apply(["CMDD x"])).Message, StringComparison.Ordinal);
    }

    private static Digest Add(BuilderStore store, string content, string created, params string[] names)
    {
        byte[] layer = Encoding.UTF8.GetBytes(content.PadRight(12, '.'));
        Digest digest = store.Blobs.Put(layer);
        var config = new ImageConfig
        {
            Created = created,
            Architecture = Platform.Current.Architecture,
            Os = "linux",
            Config = new ContainerConfig
            {
                Cmd = (EquatableArray<string>)["cat", "/a"],
                Labels = ImmutableSortedDictionary<string, string>.Empty.Add("of", content),
                ExposedPorts = ["80/tcp"],
                Healthcheck = new Healthcheck { Test = ["CMD", "true"], Interval = 30_000_000_000 },
            },
            RootFs = new RootFs { DiffIds = [digest] },
            History =
            [
                new HistoryEntry { Created = created, CreatedBy = "RUN /bin/sh -c echo a rather long command line that goes on" },
                new HistoryEntry { Created = created, CreatedBy = "CMD [\"cat\" \"/a\"]", Comment = "buildkit", EmptyLayer = true },
            ],
        };
        StoredImage image = store.Images.Put(OciJson.WriteConfig(config), [new LayerBlob(digest, digest, layer.Length, MediaTypes.OciLayer)]);
        foreach (string name in names) store.Images.Tag(ImageReference.Parse(name), image.Id);
        return image.Id;
    }
}
