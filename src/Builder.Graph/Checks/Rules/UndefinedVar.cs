namespace Builder.Graph.Checks.Rules;

/// <summary>A variable that nothing sets; lowering comes across it.</summary>
internal static class UndefinedVar
{
    public static CheckRule Rule { get; } = new(nameof(UndefinedVar), CheckGroup.Standard, "Variables are set before they are used");
}
