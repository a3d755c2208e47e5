using System.Buffers;
using System.Security.Cryptography;
using Builder.Cache;
using Builder.Cache.Blobs;
using Builder.Cache.Downloads;
using Builder.Cache.Snapshots;
using Builder.Graph.Operations;
using Builder.Graph.Sources;
using Builder.Linux.Files;
using Builder.Oci;

namespace Builder.Executor.Sources;

/// <summary>Downloads files into the store, and only when the server has something new.</summary>
internal sealed class HttpSource(BuilderStore store, SourceSettings settings, TimeProvider time) : IDisposable
{
    private const int BufferSize = 128 << 10;
    private const int PrivateFile = 0x180; // 0600
    private const long ProgressStep = 1 << 20;

    private readonly HttpTransport _transport = new(settings, time);

    /// <summary>The operation with the digest of what the URL gives now. Asks the server, unless the digest is given.</summary>
    /// <exception cref="SourceException">It can't be had.</exception>
    public async Task<HttpOperation> PinAsync(HttpOperation http, Action<long, long?> progress, CancellationToken cancellationToken)
    {
        if (http.Digest is not null) return http;
        Download? known = store.Downloads.Find(http.Url);
        if (known is { EntityTag: null, LastModified: null }) known = null;
        using HttpResponseMessage response = await _transport.GetAsync(http.Url, known, verified: false, cancellationToken);
        if (known is not null && IsUnchanged(response, known)) return http with { Digest = known.Digest };
        return http with { Digest = await StoreAsync(http, response, null, progress, cancellationToken) };
    }

    /// <summary>Makes sure that the content is in the store.</summary>
    /// <exception cref="SourceException">It can't be had, or is something else meanwhile.</exception>
    public async Task<Digest> BringAsync(HttpOperation http, Action<long, long?> progress, CancellationToken cancellationToken)
    {
        Digest digest = http.Digest!.Value; // only resolved operations are fetched
        if (store.Blobs.Contains(digest)) return digest;
        using HttpResponseMessage response = await _transport.GetAsync(http.Url, null, verified: true, cancellationToken);
        return await StoreAsync(http, response, digest, progress, cancellationToken);
    }

    /// <summary>The file as a snapshot.</summary>
    /// <exception cref="SourceException">It can't be had.</exception>
    public async Task<Snapshot> FetchAsync(HttpOperation http, Action<long, long?> progress, CancellationToken cancellationToken)
    {
        Digest digest = await BringAsync(http, progress, cancellationToken);
        using SnapshotDraft draft = store.Snapshots.CreateDraft(null);
        if (http.Unpack)
        {
            ArchiveSource.Unpack(store, digest, draft, UrlText.Redacted(http.Url), cancellationToken);
            return draft.Commit();
        }

        using (DirectoryHandle root = DirectoryHandle.Open(draft.TreeDirectory))
        {
            byte[] name = UnixPath.Encode(http.FileName);
            using (Stream blob = store.Blobs.OpenRead(digest))
            using (var file = new FileStream(root.CreateFile(name, PrivateFile), FileAccess.Write, bufferSize: 0)) await blob.CopyToAsync(file, cancellationToken);
            root.SetMode(name, PrivateFile);
            Download? known = store.Downloads.Find(http.Url);
            DateTimeOffset modified = known?.Digest == digest && known.LastModified is { } given ? given : DateTimeOffset.UnixEpoch;
            root.SetTimes(name, new FileTime(modified.ToUnixTimeSeconds(), 0));
        }

        return draft.Commit();
    }

    public void Dispose() => _transport.Dispose();

    private static bool IsUnchanged(HttpResponseMessage response, Download known) =>
        response.StatusCode == System.Net.HttpStatusCode.NotModified
        || (response.Headers.ETag is { IsWeak: false } tag && tag.ToString() == known.EntityTag);

    private async Task<Digest> StoreAsync(
        HttpOperation http, HttpResponseMessage response, Digest? expected, Action<long, long?> progress, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(settings.TotalTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        string shown = UrlText.Redacted(http.Url);
        Digest digest;
        try
        {
            digest = await CopyAsync(shown, response, expected, progress, either.Token);
        }
        catch (Exception e) when (e is IOException or HttpRequestException && e.GetBaseException() is not OperationCanceledException)
        {
            throw new SourceException($"{shown}: the download broke off: {e.Message}", inner: e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SourceException($"{shown}: the download took longer than {settings.TotalTimeout.TotalMinutes:0.#} minutes", inner: e);
        }

        store.Downloads.Put(http.Url, new Download(digest, response.Headers.ETag?.ToString(), response.Content.Headers.LastModified));
        return digest;
    }

    private async Task<Digest> CopyAsync(
        string shown, HttpResponseMessage response, Digest? expected, Action<long, long?> progress, CancellationToken cancellationToken)
    {
        long? total = response.Content.Headers.ContentLength;
        if (total > settings.MaxDownload) throw TooLarge(shown);
        await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await using BlobWriter writer = store.Blobs.Create();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long size = 0, told = 0;
            for (int read; (read = await _transport.ReadAsync(body, buffer, cancellationToken)) > 0;)
            {
                size += read;
                if (size > settings.MaxDownload) throw TooLarge(shown);
                hash.AppendData(buffer, 0, read);
                await writer.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                if (size - told < ProgressStep) continue;
                told = size;
                progress(size, total);
            }

            Digest digest = Digest.FromSha256(hash.GetHashAndReset());
            if (expected is { } wanted && digest != wanted)
                throw new SourceException($"{shown}: what came has the digest {digest}, not {wanted}", "if the new content is right, correct the checksum");
            cancellationToken.ThrowIfCancellationRequested();
            return writer.Commit(digest);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private SourceException TooLarge(string shown) =>
        new($"{shown} is larger than {settings.MaxDownload} bytes, the largest file that is downloaded", "BUILDER_MAX_DOWNLOAD sets another limit");
}
