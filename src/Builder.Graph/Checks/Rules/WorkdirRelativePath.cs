namespace Builder.Graph.Checks.Rules;

/// <summary>A relative WORKDIR that depends on the base image; lowering comes across it.</summary>
internal static class WorkdirRelativePath
{
    public static CheckRule Rule { get; } = new(nameof(WorkdirRelativePath), CheckGroup.Standard, "The first WORKDIR of a stage is absolute");
}
