namespace Builder.Registry.Authentication;

/// <summary>What a request is to be allowed: by whom, and to do what.</summary>
/// <param name="Endpoint">The registry and repository.</param>
/// <param name="Domain">The registry as image names spell it, which logins are kept under.</param>
/// <param name="Scope">As token services take it, several with blanks between them; empty to have the registry say.</param>
internal sealed record Access(RegistryEndpoint Endpoint, string Domain, string Scope)
{
    internal static Access ToPull(RegistryEndpoint endpoint, string domain) => new(endpoint, domain, ScopeOf(endpoint.Repository, "pull"));

    internal static Access ToPush(RegistryEndpoint endpoint, string domain, string? mountFrom = null) =>
        new(endpoint, domain, ScopeOf(endpoint.Repository, "pull,push") + (mountFrom is null ? "" : " " + ScopeOf(mountFrom, "pull")));

    /// <summary>The scopes, with one more that a challenge names.</summary>
    internal IEnumerable<string> ScopesWith(string? challenged)
    {
        string[] wanted = Scope.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return wanted.Concat((challenged ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)).Distinct(StringComparer.Ordinal);
    }

    private static string ScopeOf(string repository, string actions) => $"repository:{repository}:{actions}";
}
