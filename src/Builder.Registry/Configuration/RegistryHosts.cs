using Builder.Oci;
using Builder.Oci.Collections;

namespace Builder.Registry.Configuration;

/// <summary>Where registries are and how they may be spoken with: mirrors, plain HTTP, certificates.</summary>
public sealed record RegistryHosts
{
    private const string DockerHub = "docker.io";
    private const string DockerHubHost = "registry-1.docker.io";

    /// <summary>HTTPS everywhere, plain HTTP with this machine, no mirrors.</summary>
    public static RegistryHosts Default { get; } = new();

    /// <summary>For names that begin with their prefix; the longest counts.</summary>
    public EquatableArray<RegistryRule> Rules { get; init; } = [];

    /// <summary>Hosts (with port, when it is not the usual one) that may be spoken with by plain HTTP or with a certificate nobody vouches for.</summary>
    public EquatableArray<string> Insecure { get; init; } = [];

    /// <summary>Directories with a directory per host that holds its CAs (*.crt) and client certificates (*.cert, *.key).</summary>
    public EquatableArray<string> CertificateDirectories { get; init; } = [];

    internal bool IsAllowed(Uri uri) => uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && (RegistryEndpoint.IsLoopback(uri) || IsInsecure(uri.Authority)));

    internal bool IsInsecure(string host) => Insecure.Contains(host, StringComparer.OrdinalIgnoreCase);

    /// <summary>The directories that hold something for a host.</summary>
    internal IReadOnlyList<string> CertificatesOf(string host) =>
        host.AsSpan().ContainsAny('/', '\0') ? [] : [.. CertificateDirectories.Select(directory => Path.Combine(directory, host)).Where(Directory.Exists)];

    /// <summary>Where an image can be had, in the order to try.</summary>
    internal IReadOnlyList<RegistryEndpoint> ForPull(ImageReference reference)
    {
        RegistryRule? rule = RuleOf(reference);
        IEnumerable<RegistryMirror> mirrors = (rule?.Mirrors ?? []).Where(mirror => mirror.Serves(reference));
        return [.. mirrors.SelectMany(mirror => At(rule!.Replace(reference, mirror.Location), mirror.IsInsecure)), .. ForPush(reference)]; // mirrors come from a rule
    }

    /// <summary>Where an image goes to.</summary>
    /// <exception cref="RegistryException">The configuration forbids it.</exception>
    internal IReadOnlyList<RegistryEndpoint> ForPush(ImageReference reference)
    {
        RegistryRule? rule = RuleOf(reference);
        if (rule is { IsBlocked: true }) throw new RegistryException($"the configuration of registries blocks '{rule.Prefix}'");
        string place = rule?.Location is { } location ? rule.Replace(reference, location) : reference.Repository;
        return At(place, rule?.IsInsecure == true);
    }

    /// <summary>Where a registry as such is.</summary>
    internal IReadOnlyList<RegistryEndpoint> ForRegistry(string domain) => At(domain + "/", insecure: false);

    private RegistryRule? RuleOf(ImageReference reference) =>
        Rules.Where(rule => rule.Matches(reference)).OrderByDescending(rule => rule.Prefix.Length).FirstOrDefault();

    // HOST[:PORT]/PATH
    private IReadOnlyList<RegistryEndpoint> At(string place, bool insecure)
    {
        int slash = place.IndexOf('/', StringComparison.Ordinal);
        (string domain, string path) = slash < 0 ? (place, "") : (place[..slash], place[(slash + 1)..]);
        string host = domain == DockerHub ? DockerHubHost : domain;
        RegistryEndpoint secure = RegistryEndpoint.At(host, path, secure: true);
        RegistryEndpoint plain = RegistryEndpoint.At(host, path, secure: false);
        if (CertificatesOf(host).Count > 0) return [secure];
        if (RegistryEndpoint.IsLoopback(secure.Base)) return [plain, secure with { IsOtherScheme = true }];
        return insecure || IsInsecure(host) ? [secure, plain with { IsOtherScheme = true }] : [secure];
    }
}

/// <summary>What is said about names that begin with something.</summary>
/// <param name="Prefix">A host, a host and a part of a path, or <c>*.</c> and a domain.</param>
/// <param name="Location">What stands in its place, or null.</param>
/// <param name="IsInsecure">Plain HTTP or any certificate will do.</param>
/// <param name="IsBlocked">Nothing may be pulled or pushed.</param>
/// <param name="Mirrors">Asked first, in this order.</param>
public sealed record RegistryRule(string Prefix, string? Location, bool IsInsecure, bool IsBlocked, EquatableArray<RegistryMirror> Mirrors)
{
    internal bool Matches(ImageReference reference)
    {
        if (Prefix.StartsWith("*.", StringComparison.Ordinal)) return reference.Domain.EndsWith(Prefix[1..], StringComparison.OrdinalIgnoreCase);
        string whole = reference.ToString();
        return whole.StartsWith(Prefix, StringComparison.Ordinal) && (whole.Length == Prefix.Length || whole[Prefix.Length] is '/' or ':' or '@');
    }

    /// <summary>The repository with the prefix replaced.</summary>
    internal string Replace(ImageReference reference, string location) =>
        Prefix.StartsWith("*.", StringComparison.Ordinal) ? $"{location}/{reference.Path}"
        : reference.Repository.Length <= Prefix.Length ? location
        : location + reference.Repository[Prefix.Length..];
}

/// <summary>A server that has what another one has.</summary>
/// <param name="Location">Host and perhaps a path.</param>
/// <param name="IsInsecure">Plain HTTP or any certificate will do.</param>
/// <param name="Pulls">Which names it is asked for.</param>
public sealed record RegistryMirror(string Location, bool IsInsecure, MirrorUse Pulls = MirrorUse.All)
{
    internal bool Serves(ImageReference reference) => Pulls switch
    {
        MirrorUse.DigestOnly => reference.Digest is not null,
        MirrorUse.TagOnly => reference.Digest is null,
        _ => true,
    };
}

/// <summary>What a mirror is asked for.</summary>
public enum MirrorUse
{
    All,
    DigestOnly,
    TagOnly,
}
