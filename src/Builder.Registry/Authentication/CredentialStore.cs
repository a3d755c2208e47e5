using System.Collections.Concurrent;

namespace Builder.Registry.Authentication;

/// <summary>Logins from several files, in order, and from the helper programs that these name.</summary>
/// <param name="files">The first that has a login for a registry counts.</param>
public sealed class CredentialStore(params IReadOnlyList<DockerCredentials> files)
{
    private readonly ConcurrentDictionary<string, Lazy<Task<Login?>>> _helped = new(StringComparer.OrdinalIgnoreCase);
    private (string Domain, Login Login)? _only;

    /// <summary>No login at all.</summary>
    public static CredentialStore None { get; } = new();

    /// <summary>One login and nothing else.</summary>
    public static CredentialStore Of(string domain, Login login)
    {
        return new CredentialStore { _only = (domain, login) };
    }

    /// <summary>The login for a repository of a registry as image names spell it, or null. Each helper is asked once for a registry.</summary>
    internal async Task<Login?> FindAsync(string domain, string repository, CancellationToken cancellationToken)
    {
        if (_only is { } only) return string.Equals(only.Domain, domain, StringComparison.OrdinalIgnoreCase) ? only.Login : null;
        foreach (DockerCredentials file in files)
        {
            Login? login = file.HelperOf(domain) is { } helper ? await AskAsync(helper, domain).WaitAsync(cancellationToken) : null;
            if ((login ?? file.Find(domain, repository)) is { } found) return found;
        }

        return null;
    }

    private Task<Login?> AskAsync(string helper, string domain) =>
        _helped.GetOrAdd($"{helper} {domain}", _ => new Lazy<Task<Login?>>(() => new CredentialHelper(helper).GetAsync(domain, CancellationToken.None))).Value;
}
