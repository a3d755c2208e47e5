using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Builder.Cli.Tests.Tracing;

/// <summary>A collector on loopback that keeps what it is sent, and answers what it is told.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _application;

    private Collector(WebApplication application) => _application = application;

    public string Address => _application.Urls.Single();

    public ConcurrentQueue<CollectedRequest> Requests { get; } = new();

    public int Status { get; init; } = StatusCodes.Status200OK;

    public string GrpcStatus { get; init; } = "0";

    /// <summary>Starts one.</summary>
    /// <param name="protocols">HTTP/2 alone for gRPC: without TLS there is nothing to negotiate with.</param>
    /// <param name="status">Of each answer.</param>
    /// <param name="grpcStatus">Of each answer, in its trailer.</param>
    public static async Task<Collector> StartAsync(HttpProtocols protocols, int status = StatusCodes.Status200OK, string grpcStatus = "0")
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
        WebApplication application = builder.Build();
        var collector = new Collector(application) { Status = status, GrpcStatus = grpcStatus };
        application.Run(collector.AnswerAsync);
        await application.StartAsync();
        return collector;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        Requests.Enqueue(new CollectedRequest(
            context.Request.Path.ToString(), context.Request.ContentType, context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), body.ToArray()));
        context.Response.StatusCode = Status;
        if (context.Request.ContentType != "application/grpc") return;
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(new byte[5], context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", GrpcStatus);
        context.Response.AppendTrailer("grpc-message", "no%20room");
    }
}

/// <summary>What a collector was sent.</summary>
internal sealed record CollectedRequest(string Path, string? ContentType, IReadOnlyDictionary<string, string> Headers, byte[] Body);
