namespace Builder.Graph.Checks;

/// <summary>How far checks go, and what they must be told from outside.</summary>
public sealed record CheckOptions
{
    /// <summary>Also report <see cref="CheckGroup.Advice"/>.</summary>
    public bool Advice { get; init; }

    /// <summary>Look into every stage, not only into those the target needs.</summary>
    public bool AllStages { get; init; }

    /// <summary>Whether ignore rules keep a path of the context out of the build; null when there are none that can be judged path by path.</summary>
    public Func<string, bool>? IsIgnored { get; init; }
}
