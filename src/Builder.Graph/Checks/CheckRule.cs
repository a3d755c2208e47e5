namespace Builder.Graph.Checks;

/// <summary>One check.</summary>
/// <param name="Name">As directives, output and documentation have it; BuildKit's checks keep BuildKit's names.</param>
/// <param name="Group">When it is reported.</param>
/// <param name="Description">What it looks for, in one sentence without a full stop.</param>
public sealed record CheckRule(string Name, CheckGroup Group, string Description)
{
    /// <summary>Looks for findings in a whole Dockerfile; null when lowering comes across them by itself.</summary>
    internal Action<CheckContext>? Run { get; init; }
}
