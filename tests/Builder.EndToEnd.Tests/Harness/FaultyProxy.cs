using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Builder.EndToEnd.Tests.Harness;

/// <summary>What goes wrong with an answer.</summary>
public enum Fault
{
    NotFound,
    TooManyRequests,
    Unavailable,
    Hang,
    Reset,
    Truncation,
}

/// <summary>A proxy in front of a registry that spoils the answer to one request, or to all from one on.</summary>
internal sealed class FaultyProxy : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly TaskCompletionSource _end = new();
    private readonly ConcurrentBag<Task> _answers = [];
    private readonly Uri _registry;
    private readonly Task _accepting;
    private int _count;
    private int _first = int.MaxValue;
    private int _last = -1;
    private Fault _fault;

    public FaultyProxy(string registryHost)
    {
        _registry = new Uri($"http://{registryHost}");
        Host = Listen(_listener);
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>As it stands in image names.</summary>
    public string Host { get; }

    /// <summary>The paths that were asked for, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>From now on, counting from 0.</summary>
    public void FailAt(int index, Fault fault, bool forGood)
    {
        Requests.Clear();
        (_count, _fault, _first, _last) = (0, fault, index, forGood ? int.MaxValue : index);
    }

    /// <summary>Nothing goes wrong from now on.</summary>
    public void Heal()
    {
        Requests.Clear();
        (_count, _first, _last) = (0, int.MaxValue, -1);
    }

    public async ValueTask DisposeAsync()
    {
        _end.SetResult();
        _listener.Close();
        await _accepting;
        await Task.WhenAll(_answers);
        _client.Dispose();
    }

    private static string Listen(HttpListener listener)
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        string host = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}");
        probe.Stop();
        listener.Prefixes.Add($"http://{host}/");
        listener.Start();
        return host;
    }

    private async Task AcceptAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                HttpListenerContext context = await _listener.GetContextAsync();
                Requests.Enqueue(context.Request.Url!.AbsolutePath);
                int index = Interlocked.Increment(ref _count) - 1;
                _answers.Add(Task.Run(() => AnswerAsync(context, index >= _first && index <= _last ? _fault : null)));
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context, Fault? fault)
    {
        try
        {
            switch (fault)
            {
                case Fault.NotFound or Fault.TooManyRequests or Fault.Unavailable:
                    context.Response.StatusCode = fault switch { Fault.NotFound => 404, Fault.TooManyRequests => 429, _ => 503 };
                    context.Response.Close();
                    break;
                case Fault.Hang:
                    await _end.Task;
                    context.Response.Abort();
                    break;
                case Fault.Reset:
                    context.Response.Abort();
                    break;
                default:
                    await ForwardAsync(context, isCut: fault is Fault.Truncation);
                    break;
            }
        }
        catch (Exception e) when (e is HttpListenerException or IOException or ObjectDisposedException)
        {
            // The client has had enough.
        }
    }

    private async Task ForwardAsync(HttpListenerContext context, bool isCut)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.HttpMethod), new Uri(_registry, context.Request.RawUrl));
        foreach (string name in new[] { "Accept", "Range" })
        {
            if (context.Request.Headers[name] is { } value) request.Headers.TryAddWithoutValidation(name, value);
        }

        using HttpResponseMessage answer = await _client.SendAsync(request);
        byte[] content = await answer.Content.ReadAsByteArrayAsync();
        HttpListenerResponse response = context.Response;
        response.StatusCode = (int)answer.StatusCode;
        if (answer.Content.Headers.ContentType is { } type) response.ContentType = type.ToString();
        if (answer.Content.Headers.ContentRange is { } range) response.AddHeader("Content-Range", range.ToString());
        response.ContentLength64 = content.Length;
        await response.OutputStream.WriteAsync(content.AsMemory(0, isCut ? content.Length / 2 : content.Length));
        if (!isCut)
        {
            response.Close();
            return;
        }

        await response.OutputStream.FlushAsync();
        response.Abort();
    }
}
