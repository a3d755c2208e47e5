namespace Builder.Executor.Secrets;

/// <summary>Bytes that give a secret away.</summary>
/// <param name="Id">Of the secret.</param>
/// <param name="Form">How it is written there, for people; empty for the secret as it is.</param>
/// <param name="Bytes">What to look for.</param>
internal sealed record SecretPattern(string Id, string Form, byte[] Bytes)
{
    /// <summary>Programs break this form into lines: line breaks in it, and what indents lines, don't count.</summary>
    public bool AcrossLines { get; init; }

    /// <summary>The secret and its form.</summary>
    public override string ToString() => Form.Length == 0 ? $"the secret '{Id}'" : $"the secret '{Id}' ({Form})";
}
