namespace Builder.Executor.Secrets;

/// <summary>What was to be given away holds a secret.</summary>
/// <param name="message">Which, and where.</param>
internal sealed class SecretFoundException(string message) : Exception(message);
