using System.Collections.Concurrent;

namespace Builder.Registry.Authentication;

/// <summary>Logins from several files, in order, and from the helper programs that these name.</summary>
/// <param name="files">The first that has a login for a registry counts.</param>
public sealed class CredentialStore(params IReadOnlyList<DockerCredentials> files)
{
    private readonly ConcurrentDictionary<string, Lazy<Task<Login?>>> _found = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>No login at all.</summary>
    public static CredentialStore None { get; } = new();

    /// <summary>One login and nothing else.</summary>
    public static CredentialStore Of(string domain, Login login)
    {
        var store = new CredentialStore();
        store._found[domain] = new Lazy<Task<Login?>>(Task.FromResult<Login?>(login));
        return store;
    }

    /// <summary>The login for a registry as image names spell it, or null. Each helper is asked once.</summary>
    internal Task<Login?> FindAsync(string domain, CancellationToken cancellationToken) =>
        _found.GetOrAdd(domain, key => new Lazy<Task<Login?>>(() => LookUpAsync(key))).Value.WaitAsync(cancellationToken);

    private async Task<Login?> LookUpAsync(string domain)
    {
        foreach (DockerCredentials file in files)
        {
            Login? login = file.HelperOf(domain) is { } helper ? await new CredentialHelper(helper).GetAsync(domain, CancellationToken.None) : null;
            if ((login ?? file.Find(domain)) is { } found) return found;
        }

        return null;
    }
}
