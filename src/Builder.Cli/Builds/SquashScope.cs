namespace Builder.Cli.Builds;

/// <summary>Which layers of a result <c>--squash</c> makes one of.</summary>
internal enum SquashScope
{
    /// <summary>None.</summary>
    None,

    /// <summary>Those the build made.</summary>
    New,

    /// <summary>Those of the base image too.</summary>
    All,
}
