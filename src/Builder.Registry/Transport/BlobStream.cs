using System.Security.Cryptography;
using Builder.Oci.Images;

namespace Builder.Registry.Transport;

/// <summary>
/// A blob on its way: hashed and counted while it is read, taken up again where it was when the connection breaks.
/// The end is reported only when size and digest are right.
/// </summary>
/// <param name="descriptor">What it must be.</param>
/// <param name="open">Opens it from a byte on.</param>
/// <param name="retries">How often it is taken up again.</param>
/// <param name="failure">Makes the exception for a reason.</param>
internal sealed class BlobStream(
    Descriptor descriptor, Func<long, CancellationToken, Task<Stream>> open, int retries, Func<string, Exception?, Exception> failure) : ForwardStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(descriptor.Digest.Algorithm == "sha512" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256);
    private Stream? _body;
    private long _position;
    private int _retries = retries;
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

            if (_retries-- == 0 || cause is RegistryException { Status: not null }) throw failure(reason, cause);
            if (_body is not null) await _body.DisposeAsync();
            _body = null;
        }
    }
}
