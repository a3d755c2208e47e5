namespace Builder.Graph.Checks.Rules;

/// <summary>A source that isn't part of the context; lowering comes across it.</summary>
internal static class CopyIgnoredFile
{
    public static CheckRule Rule { get; } = new(nameof(CopyIgnoredFile), CheckGroup.Standard, "COPY and ADD name no file that .dockerignore keeps out");
}
