namespace Builder.Sandbox.Plans;

/// <summary>What runs in the container.</summary>
public sealed record SandboxProcess
{
    /// <summary>The argv; the first is looked up in the container's PATH.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary><c>NAME=value</c>; HOME is added from the container's passwd when it is missing.</summary>
    public required IReadOnlyList<string> Environment { get; init; }

    /// <summary>Absolute; made (0755, owned by the user) when missing.</summary>
    public string WorkingDirectory { get; init; } = "/";

    /// <summary>As USER says: name or number, optionally <c>:group</c>; empty for root. Resolved with the container's own passwd and group.</summary>
    public string User { get; init; } = "";

    /// <summary>Further groups (--group-add), names or numbers.</summary>
    public IReadOnlyList<string> ExtraGroups { get; init; } = [];
}
