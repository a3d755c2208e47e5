using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Builder.Oci;

/// <summary>
/// A normalised image name (distribution's reference grammar): <c>busybox</c> is <c>docker.io/library/busybox:latest</c>.
/// </summary>
public sealed partial record ImageReference
{
    private const string DefaultDomain = "docker.io";
    private const string OfficialPrefix = "library/";
    private const int MaxRepositoryLength = 255;
    private const int MaxLength = 1024; // more than repository, tag and the longest digest

    private ImageReference(string domain, string path, string? tag, Digest? digest) => (Domain, Path, Tag, Digest) = (domain, path, tag, digest);

    /// <summary>Host and port of the registry, such as <c>docker.io</c> or <c>localhost:5000</c>.</summary>
    public string Domain { get; }

    /// <summary>The repository below the host, such as <c>library/busybox</c>.</summary>
    public string Path { get; }

    /// <summary>Null when only a digest was given; otherwise <c>latest</c> by default.</summary>
    public string? Tag { get; }

    /// <summary>Null when none was given.</summary>
    public Digest? Digest { get; }

    /// <summary>The name without tag and digest, host included: <c>docker.io/library/busybox</c>.</summary>
    public string Repository => $"{Domain}/{Path}";

    /// <summary>The name without tag and digest as Docker shows it: <c>busybox</c>.</summary>
    public string FamiliarRepository =>
        Domain != DefaultDomain || SplitDomain(Path) != (DefaultDomain, Path) ? Repository // what is left would name a host
        : Path.StartsWith(OfficialPrefix, StringComparison.Ordinal) && !Path.AsSpan(OfficialPrefix.Length).Contains('/') ? Path[OfficialPrefix.Length..]
        : Path;

    /// <summary>The whole name as Docker shows it: <c>busybox:latest</c>.</summary>
    public string FamiliarName => FamiliarRepository + Suffix;

    private string Suffix => (Tag is null ? "" : ":" + Tag) + (Digest is { } digest ? "@" + digest : "");

    /// <summary>The same repository, by no tag and no digest.</summary>
    public ImageReference WithoutTag() => new(Domain, Path, null, null);

    /// <summary>The same repository, by digest only.</summary>
    public ImageReference WithDigest(Digest digest) => new(Domain, Path, null, digest);

    /// <summary>What counts of a name when something is looked up by it: where there is a digest, a tag says nothing.</summary>
    public ImageReference ToKey() => Digest is { } digest ? WithDigest(digest) : this;

    /// <summary>Reads a name.</summary>
    /// <exception cref="FormatException">Not a reference; the message says what is wrong (upper case, blank, bad tag ...).</exception>
    public static ImageReference Parse(string text) =>
        TryParse(text, out ImageReference? reference, out string problem) ? reference : throw new FormatException(problem);

    /// <summary>Reads a name; false when it isn't one.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out ImageReference? reference) =>
        TryParse(text, out reference, out _);

    /// <summary>The whole normalised name: <c>docker.io/library/busybox:latest</c>.</summary>
    public override string ToString() => Repository + Suffix;

    private static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out ImageReference? reference, out string problem)
    {
        reference = null;
        if (string.IsNullOrEmpty(text))
        {
            problem = "the image name is empty";
            return false;
        }

        if (text.Length > MaxLength)
        {
            problem = $"invalid image name: it is longer than {MaxLength} characters";
            return false;
        }

        // Such a name could not be told from an image id.
        if (text.Length == 64 && Oci.Digest.TryParse("sha256:" + text, out _))
        {
            problem = $"invalid image name '{text}': 64 hexadecimal digits are an image id";
            return false;
        }

        Match match = Grammar().Match(text);
        if (!match.Success)
        {
            problem = Grammar().IsMatch(text.ToLowerInvariant())
                ? $"invalid image name '{text}': the repository must be lower case"
                : $"invalid image name '{text}': expected [host[:port]/]name[:tag][@digest]";
            return false;
        }

        (string domain, string path) = SplitDomain(match.Groups["name"].Value);
        Digest? digest = null;
        if (match.Groups["digest"].Success)
        {
            if (!Oci.Digest.TryParse(match.Groups["digest"].Value, out Digest parsed))
            {
                problem = $"invalid image name '{text}': '{match.Groups["digest"].Value}' is not a digest";
                return false;
            }

            digest = parsed;
        }

        if (path.AsSpan().ContainsAnyInRange('A', 'Z'))
        {
            problem = $"invalid image name '{text}': the repository must be lower case";
            return false;
        }

        if (domain.Length + path.Length + 1 > MaxRepositoryLength)
        {
            problem = $"invalid image name: the repository is longer than {MaxRepositoryLength} characters";
            return false;
        }

        string? tag = match.Groups["tag"].Success ? match.Groups["tag"].Value : digest is null ? "latest" : null;
        reference = new ImageReference(domain, path, tag, digest);
        problem = "";
        return true;
    }

    // A first component with a dot, a colon or upper case, or the word localhost, is a host.
    private static (string Domain, string Path) SplitDomain(string name)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        string first = slash < 0 ? "" : name[..slash];
        bool isHost = slash >= 0 && (first.AsSpan().ContainsAny('.', ':') || first == "localhost" || first.AsSpan().ContainsAnyInRange('A', 'Z'));
        (string domain, string path) = isHost ? (first, name[(slash + 1)..]) : (DefaultDomain, name);
        if (domain == "index.docker.io") domain = DefaultDomain;
        if (domain == DefaultDomain && !path.Contains('/', StringComparison.Ordinal)) path = OfficialPrefix + path;
        return (domain, path);
    }

    // Go's reference grammar, written for .NET: \A and \z, ASCII classes spelled out. It backtracks, over a short text: the engine that
    // doesn't is made at run time, which costs every command that names an image.
#pragma warning disable MA0009 // The text is short, and no repetition stands within another that could match the same text in two ways.
    [GeneratedRegex(
        @"\A(?<name>(?:(?:(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])(?:\.(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]))*|\[[A-Fa-f0-9:]+\])(?::[0-9]+)?/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*)(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,}))?\z",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Grammar();
#pragma warning restore MA0009
}
