using Builder.Graph.Checks.Rules;

namespace Builder.Graph.Checks;

/// <summary>Tells which values must not be passed on to others.</summary>
public static class SensitiveValue
{
    /// <summary>Whether a variable's name says that it is a secret, or its value has the shape of one.</summary>
    public static bool IsSensitive(string name, string value) => SecretsUsedInArgOrEnv.IsSecretName(name) || SecretPatterns.Find(value) is not null;
}
