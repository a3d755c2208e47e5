using System.Text;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Oci.Json;

namespace Builder.Fuzzing.Tests.Targets;

/// <summary>Configs, manifests, indexes and docker's manifest.json: what is taken is written and read again as the same.</summary>
internal sealed class ImageDocumentTarget : IFuzzTarget
{
    private const string Hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    public string Name => "documents";

    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            $$$"""{"created":"2020-01-01T00:00:00Z","author":"a","architecture":"arm","variant":"v7","os":"linux","config":{"User":"1:2","ExposedPorts":{"80/tcp":{}},"Env":["A=b"],"Entrypoint":["/x"],"Cmd":null,"Volumes":{"/v":{}},"WorkingDir":"/w","Labels":{"a":"é\ud83d\ude00"},"StopSignal":"9","Healthcheck":{"Test":["NONE"],"Interval":1000000000,"Retries":3},"ArgsEscaped":true,"OnBuild":["RUN x"],"Shell":["/s"]},"rootfs":{"type":"layers","diff_ids":["sha256:{{{Hex}}}"]},"history":[{"created":"2020-01-01T00:00:00Z","created_by":"x","empty_layer":true,"comment":"c"}],"moby.x":{"y":[1,2.5e3,null]}}""",
            $$$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:{{{Hex}}}","size":2},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:{{{Hex}}}","size":32,"annotations":{"a":"b"},"urls":["http://x"]}],"annotations":{"k":"v"}}""",
            $$$"""{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:{{{Hex}}}","size":7,"platform":{"architecture":"amd64","os":"linux","os.version":"1","os.features":["x"],"variant":"v2"}}]}""",
            """[{"Config":"a.json","RepoTags":["x:1",null],"Layers":["l/layer.tar"]}]""",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public IReadOnlyList<string> Words { get; } =
    [
        "{", "}", "[", "]", ",", ":", "\"", "null", "true", "0", "-1", "1e999", "9223372036854775808", "1.5", "\"\"", "{}", "[]", "\\ud800", "\\u0000", "\"sha256:\"", "\"size\":", "\"config\":null,", "\"layers\":",
        "\"manifests\":[null],", "\"Env\":[null],", "\"Labels\":{\"x\":null},", "\"platform\":null,", "\"rootfs\":null,", "\"history\":[null],", "\"ExposedPorts\":[],", "[[", "{\"a\":", "\xff",
    ];

    public void Read(byte[] input)
    {
        Try(input, OciJson.ReadConfig, OciJson.WriteConfig);
        Try(input, OciJson.ReadManifest, OciJson.WriteManifest);
        Try(input, OciJson.ReadIndex, OciJson.WriteIndex, static index => PlatformChoice.Choose(index, new Platform("linux", "arm64", "v8")));
        Try(input, OciJson.ReadDockerArchive, OciJson.WriteDockerArchive);
    }

    private delegate T Reader<out T>(ReadOnlySpan<byte> json);

    private static void Try<T>(byte[] input, Reader<T> read, Func<T, byte[]> write, Action<T>? use = null)
    {
        T document;
        try
        {
            document = read(input);
        }
        catch (OciFormatException)
        {
            return;
        }

        use?.Invoke(document);

        // Half a surrogate pair in a field nobody knows becomes U+FFFD on its way; from then on nothing changes.
        byte[] written = write(read(write(document)));
        Assert.Equal(written, write(read(written)));
    }
}
