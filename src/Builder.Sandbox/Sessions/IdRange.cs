namespace Builder.Sandbox.Sessions;

/// <summary>One line of a user or group id map (user_namespaces(7)).</summary>
/// <param name="Inside">First id in the namespace.</param>
/// <param name="Outside">First id outside.</param>
/// <param name="Count">How many.</param>
public sealed record IdRange(long Inside, long Outside, long Count)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Inside} {Outside} {Count}";
}
