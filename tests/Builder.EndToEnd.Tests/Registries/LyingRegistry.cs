using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Builder.EndToEnd.Tests.Robustness;

namespace Builder.EndToEnd.Tests.Registries;

/// <summary>
/// A registry with one small image that lies about it in the way its repository is named; where that name begins with <c>cache-</c>, about a shared cache that has the
/// image's layer for one key.
/// </summary>
internal sealed class LyingRegistry : IDisposable
{
    private const string CachePrefix = "cache-";
    private const string Index = "application/vnd.oci.image.index.v1+json";

    private readonly HttpListener _listener = new();
    private readonly TaskCompletionSource _end = new();
    private readonly byte[] _tar = Tar();
    private readonly byte[] _layer;
    private readonly byte[] _otherLayer;
    private readonly Lazy<(byte[] DiffId, byte[] Layer)> _bomb = new(MakeBomb);
    private readonly byte[] _sparse = HostileTar.Sparse("big", 1L << 42);
    private byte[] _escape = [];

    internal LyingRegistry()
    {
        _layer = Gzip(_tar);
        _otherLayer = Gzip(_tar[..512]);
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        Host = $"127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        probe.Stop();
        _listener.Prefixes.Add($"http://{Host}/");
        _listener.Start();
        _ = Task.Run(ServeAsync);
    }

    internal string Host { get; }

    /// <summary>The record that its caches have.</summary>
    internal string Key { get; set; } = "";

    private static string Architecture => System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64";

    public void Dispose()
    {
        _end.TrySetResult();
        _listener.Close();
    }

    /// <summary>Tells the image that reaches out what for.</summary>
    internal void Aim(string canary, string climbing) => _escape = new HostileTar()
        .Link("l", canary).File("l/new").File(climbing + "/new").File(canary + "/kept").Link("up", climbing).File("up/.wh.kept", "").File("up/.wh..wh..opq", "").ToArray();

    private static string DigestOf(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));

    private static byte[] Tar()
    {
        using var content = new MemoryStream();
        using (var tar = new TarWriter(content, leaveOpen: true))
        {
            byte[] noise = new byte[100_000];
            new Random(1).NextBytes(noise);
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "file") { ModificationTime = DateTimeOffset.UnixEpoch, DataStream = new MemoryStream(noise) });
        }

        return content.ToArray();
    }

    private static byte[] Gzip(byte[] content)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest)) gzip.Write(content);
        return compressed.ToArray();
    }

    // The header of an empty archive, and zeros behind its end.
    private static (byte[] DiffId, byte[] Layer) MakeBomb()
    {
        using var compressed = new MemoryStream();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 1 << 10; i++)
            {
                gzip.Write(zeros);
                hash.AppendData(zeros);
            }
        }

        return (hash.GetHashAndReset(), compressed.ToArray());
    }

    // Of the layer as this lie has it.
    private byte[] LayerFor(string lie) => lie switch
    {
        "truncated-gzip" => _layer[..(_layer.Length / 2)],
        "other-content" => _otherLayer,
        "bomb" => _bomb.Value.Layer,
        "sparse" => Gzip(_sparse),
        "escape" => Gzip(_escape),
        _ => _layer,
    };

    private string DiffIdFor(string lie) => lie switch
    {
        "bomb" => "sha256:" + Convert.ToHexStringLower(_bomb.Value.DiffId),
        "sparse" => DigestOf(_sparse),
        "escape" => DigestOf(_escape),
        _ => DigestOf(_tar),
    };

    private byte[] ConfigFor(string lie, bool ofCache) => !ofCache ? ImageConfigFor(lie) : Encoding.UTF8.GetBytes(lie switch
    {
        "no-config" => "nothing",
        "deep-config" => new string('[', 1_000_000),
        "no-key" => CacheConfigFor(lie, -1).Replace(Key, "sha256:" + new string('.', 64), StringComparison.Ordinal),
        "own-parent" => CacheConfigFor(lie, 0),
        "later-parent" => CacheConfigFor(lie, int.MaxValue),
        "no-such-layer" => CacheConfigFor(lie, -1).Replace("\"layer\":0", "\"layer\":7", StringComparison.Ordinal),
        "circle" => $$$"""{"layers":[],"records":[{"digest":"{{{Key}}}","inputs":[[{"link":1}]]},{"digest":"{{{DigestOf([])}}}","inputs":[[{"link":0}]]}]}""",
        _ => CacheConfigFor(lie, -1),
    });

    private string CacheConfigFor(string lie, int parent) => $$$"""
        {"layers":[{"blob":"{{{DigestOf(LayerFor(lie))}}}","parent":{{{parent}}},"annotations":{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","diffID":"{{{DiffIdFor(lie)}}}","size":1}}],
         "records":[{"layers":[{"layer":0}],"digest":"{{{Key}}}"}]}
        """;

    private byte[] ImageConfigFor(string lie) =>
        Encoding.UTF8.GetBytes($$$"""{"architecture":"{{{Architecture}}}","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["{{{DiffIdFor(lie)}}}"]},"history":[]}""");

    private byte[] ManifestFor(string lie, bool ofCache)
    {
        byte[] layer = LayerFor(lie);
        byte[] config = ConfigFor(lie, ofCache);
        string type = ofCache ? "application/vnd.buildkit.cacheconfig.v0" : "application/vnd.oci.image.config.v1+json";
        long size = lie switch
        {
            "wrong-size" => layer.Length - 1,
            "negative-size" => -1,
            _ => layer.Length,
        };
        string descriptor = $$$"""{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"{{{DigestOf(layer)}}}","size":{{{size}}},"annotations":{"containerd.io/uncompressed":"{{{DiffIdFor(lie)}}}"}}""";
        string extra = lie == "deep-manifest" ? $"\"x\":{new string('[', 100_000)}{new string(']', 100_000)}," : "";
        return Encoding.UTF8.GetBytes($$$"""
            {"schemaVersion":2,{{{extra}}}"mediaType":"application/vnd.oci.image.manifest.v1+json",
             "config":{"mediaType":"{{{type}}}","digest":"{{{DigestOf(config)}}}","size":{{{(lie == "huge-config" ? 1L << 40 : config.Length)}}}},
             "layers":[{{{descriptor}}}{{{(lie == "more-layers" ? "," + descriptor : "")}}}]}
            """);
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                HttpListenerContext context = await _listener.GetContextAsync();
                _ = Task.Run(() => AnswerAsync(context));
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return; // Closed: the test is over.
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            await AnswerAsync(context.Request.Url!.Segments, context.Response);
            context.Response.Close();
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException or IOException or InvalidOperationException)
        {
            context.Response.Abort(); // The client has gone, as it should.
        }
    }

    // /v2/LIE/manifests/latest, /v2/LIE/blobs/DIGEST
    private Task AnswerAsync(string[] path, HttpListenerResponse response)
    {
        if (path.Length < 5) return SendAsync(response, [], "text/plain");
        string lie = path[2].TrimEnd('/');
        bool ofCache = lie.StartsWith(CachePrefix, StringComparison.Ordinal);
        if (ofCache) lie = lie[CachePrefix.Length..];
        if (path[3] == "manifests/") return AnswerManifestAsync(lie, ofCache, response);
        byte[] config = ConfigFor(lie, ofCache);
        if (path[4] == DigestOf(config)) return SendAsync(response, lie == "other-config" ? new byte[config.Length] : config, "application/octet-stream");
        return lie switch
        {
            "hang" => _end.Task,
            "redirect-loop" => RedirectAsync(response, $"http://{Host}/v2/{lie}/blobs/{path[4]}"),
            "redirect-to-file" => RedirectAsync(response, "file:///etc/passwd"),
            "wrong-digest" => SendAsync(response, new byte[_layer.Length], "application/octet-stream"),
            "endless-body" => SendEndlesslyAsync(response, 1L << 34),
            _ => SendAsync(response, LayerFor(lie), "application/octet-stream"),
        };
    }

    private Task AnswerManifestAsync(string lie, bool ofCache, HttpListenerResponse response) => lie switch
    {
        "huge-manifest" => SendEndlesslyAsync(response, 100 << 20),
        "index-in-itself" => SendAsync(
            response,
            Encoding.UTF8.GetBytes($$$"""{"schemaVersion":2,"manifests":[{"mediaType":"{{{Index}}}","digest":"{{{DigestOf([])}}}","size":9,"platform":{"architecture":"{{{Architecture}}}","os":"linux"}}]}"""),
            Index),
        _ => SendAsync(response, ManifestFor(lie, ofCache), "application/vnd.oci.image.manifest.v1+json"),
    };

    private static Task RedirectAsync(HttpListenerResponse response, string target)
    {
        (response.StatusCode, response.RedirectLocation) = (307, target);
        return Task.CompletedTask;
    }

    private static async Task SendAsync(HttpListenerResponse response, byte[] content, string type)
    {
        (response.ContentType, response.ContentLength64) = (type, content.Length);
        await response.OutputStream.WriteAsync(content);
    }

    private static async Task SendEndlesslyAsync(HttpListenerResponse response, long length)
    {
        response.ContentType = "application/vnd.oci.image.manifest.v1+json";
        response.SendChunked = true;
        byte[] piece = new byte[1 << 20];
        for (long sent = 0; sent < length; sent += piece.Length) await response.OutputStream.WriteAsync(piece);
    }
}
