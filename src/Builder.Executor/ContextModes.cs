namespace Builder.Executor;

/// <summary>What counts as the mode of a file in a build context.</summary>
public enum ContextModes
{
    /// <summary>The mode it has.</summary>
    Keep,

    /// <summary>0755 for directories and for what its owner may execute, else 0644: what git knows, whatever umask it was checked out with.</summary>
    Git,
}
