namespace Builder.Fuzzing.Tests;

/// <summary>An input that a target could not take.</summary>
/// <param name="Target">Its name.</param>
/// <param name="Number">Of the input: as a seed it gives the input again.</param>
/// <param name="What">What happened.</param>
/// <param name="Path">Where the input is kept.</param>
internal sealed record FuzzFault(string Target, int Number, string What, string Path)
{
    public override string ToString() => $"{Target}, input {Number}: {What}\nkept in {Path}; again with: tests/fuzz/run {Target} --seconds 0 --seed {Number}";
}

/// <summary>What a run came to.</summary>
/// <param name="Count">Inputs that were read.</param>
/// <param name="Fault">Null when all of them were taken.</param>
internal sealed record FuzzResult(int Count, FuzzFault? Fault);
