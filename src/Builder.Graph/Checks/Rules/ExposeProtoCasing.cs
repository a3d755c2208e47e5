namespace Builder.Graph.Checks.Rules;

/// <summary>A protocol in capitals; lowering comes across it.</summary>
internal static class ExposeProtoCasing
{
    public static CheckRule Rule { get; } = new(nameof(ExposeProtoCasing), CheckGroup.Standard, "Protocols in EXPOSE are in lower case");
}
