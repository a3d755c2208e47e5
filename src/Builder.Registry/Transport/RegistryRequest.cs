using System.Net.Http.Headers;

namespace Builder.Registry.Transport;

/// <summary>A GET that can be repeated.</summary>
internal sealed record RegistryRequest(Uri Uri)
{
    internal AuthenticationHeaderValue? Authorization { get; init; }

    internal IReadOnlyList<string> Accept { get; init; } = [];

    /// <summary>First byte that is wanted.</summary>
    internal long Offset { get; init; }

    internal HttpRequestMessage ToMessage()
    {
        var message = new HttpRequestMessage(HttpMethod.Get, Uri);
        message.Headers.Authorization = Authorization;
        message.Headers.UserAgent.Add(new ProductInfoHeaderValue("builder", "0.1"));
        foreach (string type in Accept) message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        if (Offset > 0) message.Headers.Range = new RangeHeaderValue(Offset, null);
        return message;
    }
}
