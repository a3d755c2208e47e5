using System.Net;
using Builder.Oci.Images;
using Builder.Registry.Authentication;
using Builder.Registry.Transport;

namespace Builder.Registry.Pushing;

/// <summary>
/// Sends one blob (OCI distribution-spec, "Pushing blobs"): a small one with one request, a larger one as a stream that is taken up again
/// where the registry has it when the connection breaks, and begun again when the registry has forgotten it.
/// </summary>
internal sealed class BlobUpload(AuthorizedTransport transport, Access access, BlobPush blob, RegistryOptions options)
{
    private const int MaxMonolithic = 4 << 20;
    private const int MaxAttempts = 20;

    private readonly RegistryEndpoint _endpoint = access.Endpoint;
    private Access _access = access;
    private long _furthest;

    internal async Task<BlobPushOutcome> RunAsync(CancellationToken cancellationToken)
    {
        Uri? session = null;
        int failures = 0;
        for (int attempt = 0; ; attempt++)
        {
            long before = _furthest;
            RegistryException failure;
            try
            {
                if (attempt > 0 && await ExistsAsync(cancellationToken)) return BlobPushOutcome.Uploaded;
                long offset = 0;
                if (session is { } broken) (session, offset) = await ResumeAsync(broken, cancellationToken);
                session ??= await BeginAsync(mayMount: attempt == 0, cancellationToken);
                if (session is null) return BlobPushOutcome.Mounted;
                if (blob.Descriptor.Size > MaxMonolithic) session = await SendRestAsync(session, offset, cancellationToken);
                await FinishAsync(session, cancellationToken);
                return BlobPushOutcome.Uploaded;
            }
            catch (RegistryException error)
            {
                failure = error;
            }

            if (attempt == 0 && session is null && blob.MountFrom is not null && failure.Status is not null)
            {
                // Not every registry knows mounts, nor may everybody look into the other repository: it is sent then.
                _access = Access.ToPush(_endpoint, _access.Domain);
                continue;
            }

            // Bytes that arrived are progress; only tries that bring none are counted.
            failures = _furthest > before ? 0 : failures + 1;
            if (failures > options.Retries || attempt >= MaxAttempts || !MayHelpToRepeat(failure)) throw failure;
            if (IsForgotten(failure)) session = null;
            await transport.Plain.Retries.PauseAsync(failures, failure.RetryAfter, cancellationToken);
        }
    }

    /// <summary>Whether the repository has the blob.</summary>
    internal async Task<bool> ExistsAsync(CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(_endpoint.Blob(blob.Descriptor.Digest)) { Method = HttpMethod.Head };
        using HttpResponseMessage response = await transport.SendAsync(_access, request, cancellationToken);
        if (response.IsSuccessStatusCode) return response.Content.Headers.ContentLength is not { } size || size == blob.Descriptor.Size;

        // A repository that is not there yet has no blobs; some registries say that it is forbidden to look.
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized) return false;
        // What can't be asked for is sent.
        if (response.StatusCode is HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented) return false;
        throw await transport.ExplainAsync(_access, response, cancellationToken);
    }

    private static bool MayHelpToRepeat(RegistryException failure) => failure.Problem == ImageSourceProblem.Unavailable || IsForgotten(failure);

    // The upload is gone, or its end is not where it was thought to be.
    private static bool IsForgotten(RegistryException failure) =>
        failure.Status is HttpStatusCode.NotFound or HttpStatusCode.RequestedRangeNotSatisfiable or HttpStatusCode.Gone;

    // Null when the registry mounted the blob instead.
    private async Task<Uri?> BeginAsync(bool mayMount, CancellationToken cancellationToken)
    {
        string query = mayMount && blob.MountFrom is { } from ? $"?mount={blob.Descriptor.Digest}&from={Uri.EscapeDataString(from.Path)}" : "";
        var request = new RegistryRequest(_endpoint.Uploads(query)) { Method = HttpMethod.Post };
        using HttpResponseMessage response = await transport.RequireAsync(_access, request, cancellationToken);
        return response.StatusCode == HttpStatusCode.Created ? null : NextOf(response, request.Uri) ?? throw new RegistryException($"{_endpoint.Base.Authority} does not say where the blob is to be sent");
    }

    private async Task<(Uri? Session, long Offset)> ResumeAsync(Uri session, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(session) { MayRepeat = false };
        using HttpResponseMessage response = await transport.SendAsync(_access, request, cancellationToken);
        if (!response.IsSuccessStatusCode) return (null, 0);
        long received = ReceivedOf(response);
        return received > blob.Descriptor.Size ? (null, 0) : (NextOf(response, session) ?? session, received);
    }

    private async Task<Uri> SendRestAsync(Uri session, long offset, CancellationToken cancellationToken)
    {
        while (offset < blob.Descriptor.Size)
        {
            long start = offset;
            var request = new RegistryRequest(session)
            {
                Method = HttpMethod.Patch,
                MayRepeat = false,
                Content = sent => Body(start, sent),
            };
            using HttpResponseMessage response = await transport.RequireAsync(_access, request, cancellationToken);

            // What it has is asked for then.
            if (response.StatusCode != HttpStatusCode.Accepted)
                throw new RegistryException($"{_endpoint.Base.Authority} answered {(int)response.StatusCode} where 202 is due", problem: ImageSourceProblem.Unavailable);
            session = NextOf(response, session) ?? session;
            // A registry may take less than it was given, and says so.
            offset = ReceivedOf(response) is var received && received > start && received < blob.Descriptor.Size ? received : blob.Descriptor.Size;
        }

        return session;
    }

    private async Task FinishAsync(Uri session, CancellationToken cancellationToken)
    {
        var uri = new UriBuilder(session);
        uri.Query = (uri.Query.Length > 1 ? uri.Query[1..] + "&" : "") + "digest=" + Uri.EscapeDataString(blob.Descriptor.Digest.ToString());
        var request = new RegistryRequest(uri.Uri)
        {
            Method = HttpMethod.Put,
            MayRepeat = false,
            Content = sent => blob.Descriptor.Size > MaxMonolithic ? new ByteArrayContent([]) : Body(0, sent),
        };
        using HttpResponseMessage response = await transport.RequireAsync(_access, request, cancellationToken);
        if (DigestHeader.Find(response) is { } digest && digest != blob.Descriptor.Digest) throw new RegistryException($"the registry stored {digest} instead of {blob.Descriptor.Digest}");
    }

    private UploadContent Body(long offset, Action<int> sent)
    {
        long position = offset;
        blob.Progress?.Invoke(position);
        var content = new UploadContent(blob.Open(offset), blob.Descriptor.Size - offset, count =>
        {
            position += count;
            sent(count);
            blob.Progress?.Invoke(position);
        });
        content.Headers.TryAddWithoutValidation("Content-Type", "application/octet-stream");

        // The first piece of all goes without a range, as registries older than the specification want it.
        if (offset > 0) content.Headers.TryAddWithoutValidation("Content-Range", $"{offset}-{blob.Descriptor.Size - 1}");
        return content;
    }

    // Null when the answer doesn't say.
    private static Uri? NextOf(HttpResponseMessage response, Uri current) => response.Headers.Location is { } location ? new Uri(current, location) : null;

    // "Range: 0-1023"; nothing has arrived when it is missing, or 0-0 with some registries.
    private long ReceivedOf(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Range", out IEnumerable<string>? ranges)) return 0;
        string last = ranges.First().Split('-')[^1];
        long received = long.TryParse(last, System.Globalization.CultureInfo.InvariantCulture, out long end) && end > 0 ? end + 1 : 0;
        _furthest = Math.Max(_furthest, received);
        return received;
    }
}
