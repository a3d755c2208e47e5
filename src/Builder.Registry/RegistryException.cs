using System.Net;
using Builder.Oci;
using Builder.Oci.Images;

namespace Builder.Registry;

/// <summary>Why a request failed, without saying for which image; the client adds that.</summary>
internal sealed class RegistryException(string message, HttpStatusCode? status = null, Exception? inner = null, ImageSourceProblem? problem = null) : Exception(SafeText.Of(message), inner)
{
    internal HttpStatusCode? Status { get; } = status;

    /// <summary>How long the server asks to wait.</summary>
    internal TimeSpan? RetryAfter { get; init; }

    internal ImageSourceProblem Problem { get; } = problem ?? status switch
    {
        HttpStatusCode.NotFound => ImageSourceProblem.NotFound,
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ImageSourceProblem.Denied,
        HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => ImageSourceProblem.Unavailable,
        _ => ImageSourceProblem.Invalid,
    };

    /// <summary>Of any exception that ended a request.</summary>
    internal static ImageSourceProblem ProblemOf(Exception? error) => error switch
    {
        RegistryException known => known.Problem,
        IOException or HttpRequestException => ImageSourceProblem.Unavailable,
        _ => ImageSourceProblem.Invalid,
    };
}
