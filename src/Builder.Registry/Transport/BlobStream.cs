using System.Security.Cryptography;
using Builder.Oci.Images;
using Builder.Oci.Streams;

namespace Builder.Registry.Transport;

/// <summary>
/// A blob on its way: hashed and counted while it is read, taken up again where it was when the connection breaks.
/// The end is reported only when size and digest are right.
/// </summary>
/// <param name="descriptor">What it must be.</param>
/// <param name="open">Opens it from a byte on.</param>
/// <param name="retries">How often in a row it is taken up again without any byte more.</param>
/// <param name="rule">How long to wait before.</param>
/// <param name="failure">Makes the exception for a reason.</param>
internal sealed class BlobStream(
    Descriptor descriptor, Func<long, CancellationToken, Task<Stream>> open, int retries, RetryRule rule, Func<string, Exception?, Exception> failure) : AsyncForwardStream
{
    private const int MaxResumptions = 30;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(descriptor.Digest.Algorithm == "sha512" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256);
    private Stream? _body;
    private long _position;
    private int _failures;
    private int _resumptions;
    private long _positionOfFailure;
    private bool _verified;

    /// <summary>Sends the first request, so that what is missing is known at once.</summary>
    internal async Task StartAsync(CancellationToken cancellationToken) => _body = await open(0, cancellationToken);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_verified || buffer.IsEmpty) return 0;
        int count = await ReadBodyAsync(buffer, cancellationToken);
        _position += count;
        _hash.AppendData(buffer.Span[..count]);
        if (_position > descriptor.Size) throw failure($"it is longer than the {descriptor.Size} bytes its manifest gives", null);
        if (count > 0) return count;
        string actual = Convert.ToHexStringLower(_hash.GetHashAndReset());
        if (actual != descriptor.Digest.Hex) throw failure($"what came has the digest {descriptor.Digest.Algorithm}:{actual}", null);
        _verified = true;
        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _body?.Dispose();
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<int> ReadBodyAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            string reason;
            Exception? cause = null;
            try
            {
                _body ??= await open(_position, cancellationToken);
                int count = await _body.ReadAsync(buffer, cancellationToken);
                if (count > 0 || _position >= descriptor.Size) return count;
                reason = $"it ended after {_position} of {descriptor.Size} bytes";
            }
            catch (Exception error) when (error is IOException or HttpRequestException or RegistryException)
            {
                (reason, cause) = (error.Message, error);
            }

            if (!MayResume(cause)) throw failure(reason, cause ?? new IOException(reason));
            if (_body is not null) await _body.DisposeAsync();
            _body = null;
            await rule.PauseAsync(_failures - 1, (cause as RegistryException)?.RetryAfter, cancellationToken);
        }
    }

    private bool MayResume(Exception? cause)
    {
        // Bytes that came are progress; only tries that bring none are counted. The sum has a bound as well.
        _failures = _position > _positionOfFailure ? 1 : _failures + 1;
        _positionOfFailure = _position;
        return _failures <= retries && ++_resumptions <= MaxResumptions && cause is not (RegistryException { Status: not null } or RegistryException { Problem: not ImageSourceProblem.Unavailable });
    }
}
