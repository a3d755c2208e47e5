using Builder.Graph.Operations;
using Builder.Oci;

namespace Builder.Graph.Sources;

/// <summary>A file to be fetched over HTTP.</summary>
public static class HttpLocation
{
    private const string NoName = "__unnamed__";

    /// <summary>Whether a text is an http or https URL that is no git repository.</summary>
    public static bool IsHttp(string text) =>
        (text.StartsWith("http://", StringComparison.Ordinal) || text.StartsWith("https://", StringComparison.Ordinal)) && !GitLocation.IsGit(text);

    /// <summary>The operation that fetches it, named by the last element of the URL's path.</summary>
    /// <exception cref="FormatException">Not a URL.</exception>
    public static HttpOperation ToOperation(string text, Digest? digest) => new(Checked(text), NameOf(text)) { Digest = digest };

    /// <summary>The same with a name of its own.</summary>
    /// <exception cref="FormatException">Not a URL.</exception>
    public static HttpOperation ToOperation(string text, string fileName) => new(Checked(text), fileName);

    private static string Checked(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Host.Length > 0 ? text : throw new FormatException($"'{UrlText.Redacted(text)}' is not a URL");

    private static string NameOf(string text)
    {
        string path = Uri.UnescapeDataString(new Uri(text).AbsolutePath).TrimEnd('/');
        string name = path[(path.LastIndexOf('/') + 1)..];
        return name.Length == 0 || name is "." or ".." || name.Contains('\0', StringComparison.Ordinal) || name.Length > 255 ? NoName : name;
    }
}
