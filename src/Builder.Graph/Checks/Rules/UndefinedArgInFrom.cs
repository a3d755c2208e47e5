namespace Builder.Graph.Checks.Rules;

/// <summary>A variable in FROM that isn't global; lowering comes across it.</summary>
internal static class UndefinedArgInFrom
{
    public static CheckRule Rule { get; } = new(nameof(UndefinedArgInFrom), CheckGroup.Standard, "FROM uses only variables that an ARG above the first FROM declares");
}
