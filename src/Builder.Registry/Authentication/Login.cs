namespace Builder.Registry.Authentication;

/// <summary>A name and a password, or a token that stands for both.</summary>
/// <param name="User">Empty with a token.</param>
/// <param name="Secret">Never shown.</param>
/// <param name="IsIdentityToken">Whether the secret is such a token.</param>
public sealed record Login(string User, string Secret, bool IsIdentityToken = false)
{
    /// <summary>The secret stays out of logs and messages.</summary>
    public override string ToString() => $"login of {User}";
}
