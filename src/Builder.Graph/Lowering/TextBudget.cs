namespace Builder.Graph.Lowering;

/// <summary>
/// Bounds the text one lowering makes. A few short lines can ask for any amount of it: variables that repeat each other, and every RUN
/// carries a whole environment.
/// </summary>
internal sealed class TextBudget
{
    /// <summary>Characters; ordinary Dockerfiles need well under a hundredth.</summary>
    internal const long Limit = 64 << 20;

    private long _spent;

    public bool IsExhausted => _spent > Limit;

    /// <summary>Counts some characters.</summary>
    public void Spend(long characters) => _spent += characters;
}
