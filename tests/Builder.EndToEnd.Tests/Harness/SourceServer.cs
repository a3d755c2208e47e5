using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Builder.EndToEnd.Tests.Harness;

/// <summary>A web server on loopback: files with validators, repositories by <c>git http-backend</c>, and some that misbehave.</summary>
internal sealed class SourceServer : IDisposable
{
    private readonly HttpListener _listener;
    private readonly string _directory;
    private readonly TcpListener _breaking = new(IPAddress.Loopback, 0);

    /// <summary>Starts.</summary>
    /// <param name="directory">What it serves; repositories in it also below <c>/git/</c>.</param>
    public SourceServer(string directory)
    {
        _directory = directory;
        Directory.CreateDirectory(directory);
        (_listener, Address) = Listen();
        _breaking.Start();
        _ = Task.Run(AcceptAsync);
        _ = Task.Run(BreakAsync);
    }

    /// <summary>Without slash at its end.</summary>
    public string Address { get; }

    /// <summary>Status and path of each answer, in order.</summary>
    public ConcurrentQueue<string> Answers { get; } = new();

    public string PathTo(string name) => Path.Combine(_directory, name);

    public string Write(string name, string content)
    {
        File.WriteAllText(PathTo(name), content);
        File.SetLastWriteTimeUtc(PathTo(name), new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        return $"{Address}/{name}";
    }

    public void Dispose()
    {
        _listener.Close();
        _breaking.Dispose();
    }

    private static (HttpListener Listener, string Address) Listen()
    {
        for (int attempt = 0; ; attempt++)
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            string address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
            probe.Stop();
            var listener = new HttpListener();
            listener.Prefixes.Add(address + "/");
            try
            {
                listener.Start();
                return (listener, address);
            }
            catch (HttpListenerException) when (attempt < 20)
            {
                // Somebody else took the port meanwhile.
            }
        }
    }

    // Promises more than it sends.
    private async Task BreakAsync()
    {
        byte[] request = new byte[4096];
        try
        {
            while (true)
            {
                using Socket client = await _breaking.AcceptSocketAsync();
                await client.ReceiveAsync(request);
                await client.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nonly this"u8.ToArray());
                client.Shutdown(SocketShutdown.Both);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task AcceptAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            _ = Task.Run(() => AnswerAsync(context));
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        string path = context.Request.Url!.AbsolutePath;
        HttpListenerResponse response = context.Response;
        try
        {
            switch (path)
            {
                case "/loop":
                    response.Redirect(Address + path);
                    break;
                case "/elsewhere":
                    response.Redirect("file:///etc/passwd");
                    break;
                case "/endless":
                    await SendAsync(response, long.MaxValue);
                    break;
                case "/truncated":
                    response.Redirect($"http://{_breaking.LocalEndpoint}/");
                    break;
                case var _ when path.StartsWith("/private-", StringComparison.Ordinal) && context.Request.Headers["Authorization"] != "Bearer " + Token:
                    response.StatusCode = 401;
                    break;
                case var _ when path.StartsWith("/git/", StringComparison.Ordinal):
                    await RunBackendAsync(context, path["/git".Length..]);
                    break;
                default:
                    await SendFileAsync(context.Request, response, PathTo(path.TrimStart('/')));
                    break;
            }

            Answers.Enqueue($"{response.StatusCode} {path}");
            response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or IOException or ObjectDisposedException)
        {
            // The client has had enough.
        }
    }

    /// <summary>What has to be shown for files named <c>private-</c>.</summary>
    public const string Token = "token-of-the-source-server";

    private static async Task SendAsync(HttpListenerResponse response, long count)
    {
        byte[] zeros = new byte[64 << 10];
        for (long sent = 0; sent < count; sent += zeros.Length) await response.OutputStream.WriteAsync(zeros);
    }

    private static async Task SendFileAsync(HttpListenerRequest request, HttpListenerResponse response, string file)
    {
        if (!File.Exists(file))
        {
            response.StatusCode = 404;
            return;
        }

        byte[] content = await File.ReadAllBytesAsync(file);
        string tag = $"\"{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(content))[..16]}\"";
        response.AddHeader("ETag", tag);
        response.AddHeader("Last-Modified", File.GetLastWriteTimeUtc(file).ToString("R", CultureInfo.InvariantCulture));
        if (request.Headers["If-None-Match"] == tag)
        {
            response.StatusCode = 304;
            return;
        }

        response.ContentLength64 = content.Length;
        await response.OutputStream.WriteAsync(content);
    }

    // CGI, RFC 3875.
    private async Task RunBackendAsync(HttpListenerContext context, string path)
    {
        HttpListenerRequest request = context.Request;
        var start = new ProcessStartInfo("git") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, ArgumentList = { "-c", "safe.directory=*", "http-backend" } };
        foreach ((string name, string? value) in new (string, string?)[]
        {
            ("GIT_PROJECT_ROOT", _directory), ("GIT_HTTP_EXPORT_ALL", "1"), ("PATH_INFO", path), ("QUERY_STRING", request.Url!.Query.TrimStart('?')),
            ("REQUEST_METHOD", request.HttpMethod), ("CONTENT_TYPE", request.ContentType ?? ""), ("HTTP_CONTENT_ENCODING", request.Headers["Content-Encoding"]),
            ("GIT_PROTOCOL", request.Headers["Git-Protocol"]), ("REMOTE_ADDR", "127.0.0.1"), ("GIT_CONFIG_NOSYSTEM", "1"),
        })
        {
            if (value is not null) start.Environment[name] = value;
        }

        using Process backend = Process.Start(start)!;
        await request.InputStream.CopyToAsync(backend.StandardInput.BaseStream);
        backend.StandardInput.Close();
        using var output = new MemoryStream();
        await backend.StandardOutput.BaseStream.CopyToAsync(output);
        byte[] all = output.ToArray();
        int end = all.AsSpan().IndexOf("\r\n\r\n"u8);
        foreach (string line in Encoding.ASCII.GetString(all, 0, Math.Max(0, end)).Split("\r\n"))
        {
            if (line.Split(": ", 2) is not [var name, var value]) continue;
            if (name == "Status") context.Response.StatusCode = int.Parse(value.Split(' ')[0], CultureInfo.InvariantCulture);
            else context.Response.AddHeader(name, value);
        }

        await context.Response.OutputStream.WriteAsync(all.AsMemory(end + 4));
    }
}
