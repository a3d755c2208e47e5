namespace Builder.Graph.Checks;

/// <summary>When a check is reported.</summary>
public enum CheckGroup
{
    /// <summary>BuildKit's own checks: at the end of every build, and by <c>--check</c>.</summary>
    Standard,

    /// <summary>BuildKit's checks that must be switched on with <c>check=experimental=...</c>.</summary>
    Experimental,

    /// <summary>Checks of this program, opinions about good Dockerfiles: by <c>--check</c> only.</summary>
    Advice,
}
