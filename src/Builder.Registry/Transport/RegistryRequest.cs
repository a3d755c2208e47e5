using System.Net.Http.Headers;

namespace Builder.Registry.Transport;

/// <summary>A request that can be made into a message again and again.</summary>
internal sealed record RegistryRequest(Uri Uri)
{
    internal HttpMethod Method { get; init; } = HttpMethod.Get;

    internal AuthenticationHeaderValue? Authorization { get; init; }

    internal IReadOnlyList<string> Accept { get; init; } = [];

    /// <summary>First byte that is wanted.</summary>
    internal long Offset { get; init; }

    /// <summary>Makes the body; null for none. The argument is told about each piece that is sent.</summary>
    internal Func<Action<int>, HttpContent>? Content { get; init; }

    /// <summary>Whether doing it twice does no harm; else the caller finds out what a broken try has done.</summary>
    internal bool MayRepeat { get; init; } = true;

    internal HttpRequestMessage ToMessage(Action<int> sent)
    {
        var message = new HttpRequestMessage(Method, Uri) { Content = Content?.Invoke(sent) };
        message.Headers.Authorization = Authorization;
        message.Headers.UserAgent.Add(new ProductInfoHeaderValue("builder", "0.1"));
        foreach (string type in Accept) message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        if (Offset > 0) message.Headers.Range = new RangeHeaderValue(Offset, null);
        return message;
    }
}
