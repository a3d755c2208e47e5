namespace Builder.Graph.Checks.Rules;

/// <summary>An address or a host's port in EXPOSE; lowering comes across it.</summary>
internal static class ExposeInvalidFormat
{
    public static CheckRule Rule { get; } = new(nameof(ExposeInvalidFormat), CheckGroup.Standard, "EXPOSE names ports of the container only, no addresses and no ports of the host");
}
