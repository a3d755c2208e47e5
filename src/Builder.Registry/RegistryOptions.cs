using Builder.Registry.Authentication;
using Builder.Registry.Configuration;

namespace Builder.Registry;

/// <summary>How a <see cref="RegistryClient"/> behaves.</summary>
public sealed record RegistryOptions
{
    /// <summary>Logins; none by default.</summary>
    public CredentialStore Credentials { get; init; } = CredentialStore.None;

    /// <summary>Mirrors, plain HTTP, certificates.</summary>
    public RegistryHosts Hosts { get; init; } = RegistryHosts.Default;

    /// <summary>How long a server may be silent, before its answer and between two pieces of it.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a request is repeated after an overload, a server error or a broken connection.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>Pause before the first repetition; it grows from there and varies by chance.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The clock for timeouts and pauses.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
