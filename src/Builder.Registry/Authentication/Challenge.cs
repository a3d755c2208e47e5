using System.Net.Http.Headers;

namespace Builder.Registry.Authentication;

/// <summary>What a WWW-Authenticate header asks for (RFC 9110 section 11; distribution's token specification).</summary>
internal sealed record Challenge(string Scheme, string? Realm, string? Service, string? Scope)
{
    internal static Challenge? Find(HttpHeaderValueCollection<AuthenticationHeaderValue> headers)
    {
        Challenge[] all = [.. headers.Select(header => Read(header.Scheme, header.Parameter ?? ""))];
        return Array.Find(all, c => c.Is("Bearer")) ?? Array.Find(all, c => c.Is("Basic"));
    }

    internal bool Is(string scheme) => string.Equals(Scheme, scheme, StringComparison.OrdinalIgnoreCase);

    private static Challenge Read(string scheme, string parameters)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (int at = 0; at < parameters.Length;)
        {
            int equals = parameters.IndexOf('=', at);
            if (equals < 0) break;
            string name = parameters[at..equals].Trim(' ', ',', '\t');
            (string value, at) = ReadValue(parameters, equals + 1);
            values.TryAdd(name, value);
        }

        return new Challenge(scheme, values.GetValueOrDefault("realm"), values.GetValueOrDefault("service"), values.GetValueOrDefault("scope"));
    }

    private static (string Value, int Next) ReadValue(string text, int at)
    {
        if (at >= text.Length || text[at] != '"')
        {
            int comma = text.IndexOf(',', at);
            return comma < 0 ? (text[at..].Trim(), text.Length) : (text[at..comma].Trim(), comma + 1);
        }

        var value = new System.Text.StringBuilder();
        for (at++; at < text.Length && text[at] != '"'; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length) at++;
            value.Append(text[at]);
        }

        return (value.ToString(), at + 1);
    }
}
