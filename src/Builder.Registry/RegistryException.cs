using System.Net;

namespace Builder.Registry;

/// <summary>Why a request failed, without saying for which image; the client adds that.</summary>
internal sealed class RegistryException(string message, HttpStatusCode? status = null, Exception? inner = null) : Exception(message, inner)
{
    internal HttpStatusCode? Status { get; } = status;
}
