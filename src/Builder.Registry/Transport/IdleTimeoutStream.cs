using Builder.Oci.Streams;

namespace Builder.Registry.Transport;

/// <summary>The body of an answer; one that trickles, or from which nothing comes for too long, fails instead of hanging for ever.</summary>
internal sealed class IdleTimeoutStream(Stream body, HttpResponseMessage response, RegistryOptions options) : AsyncForwardStream
{
    // So much has to come within the time that is allowed for silence.
    private const int LeastProgress = 4096;

    private TimeSpan _waited;
    private long _since;
    private int _progress;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // The time between reads is the reader's own.
        TimeSpan left = _progress == 0 ? options.IdleTimeout : options.IdleTimeout - _waited;
        _since = options.TimeProvider.GetTimestamp();
        using var silence = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1), options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
        try
        {
            int count = await body.ReadAsync(buffer, either.Token);
            Count(count);
            return count;
        }
        catch (OperationCanceledException e) when (silence.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"too little data came for {options.IdleTimeout.TotalSeconds:0.#} seconds", e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            body.Dispose();
            response.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Count(int count)
    {
        _waited += options.TimeProvider.GetElapsedTime(_since);
        _progress += count;
        if (_progress < LeastProgress) return;
        _progress = 0;
        _waited = TimeSpan.Zero;
    }
}
