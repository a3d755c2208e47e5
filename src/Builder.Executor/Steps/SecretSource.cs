namespace Builder.Executor.Steps;

/// <summary>Where a secret comes from. The set of subtypes is closed. Not a record: its text must never show a value.</summary>
public abstract class SecretSource;

/// <summary>A file, read when a step asks for it.</summary>
/// <param name="path">Absolute.</param>
public sealed class SecretFile(string path) : SecretSource
{
    public string Path => path;
}

/// <summary>The value of a variable.</summary>
/// <param name="value">The secret itself.</param>
public sealed class SecretValue(string value) : SecretSource
{
    internal string Value => value;
}

/// <summary>A variable that isn't set: as if the secret had not been given.</summary>
/// <param name="name">Which.</param>
public sealed class UnsetVariable(string name) : SecretSource
{
    public string Name => name;
}
