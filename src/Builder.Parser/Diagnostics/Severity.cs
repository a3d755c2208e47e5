namespace Builder.Parser.Diagnostics;

/// <summary>How much a diagnostic matters.</summary>
public enum Severity
{
    /// <summary>The build goes on; the author should know.</summary>
    Warning,

    /// <summary>The Dockerfile can't be built.</summary>
    Error,
}
