using Builder.Fuzzing.Tests.Targets;

namespace Builder.Fuzzing.Tests;

/// <summary>A few mutated inputs in every run of the tests; <c>tests/fuzz/run</c> goes on for as long as one likes.</summary>
public class FuzzTests
{
    private const int Few = 400;

    public static TheoryData<string> Names => [.. FuzzTargets.Names.Where(name => !FuzzTargets.NeedsRoot(name))];

    public static TheoryData<string> NamesForRoot => [.. FuzzTargets.Names.Where(FuzzTargets.NeedsRoot)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Whatever_the_input_there_is_a_result_without_crash_hang_or_waste(string name) => RunFew(name);

    [RootTheory]
    [MemberData(nameof(NamesForRoot))]
    public void Whatever_is_unpacked_nothing_outside_is_touched(string name) => RunFew(name);

    [Fact]
    public void A_number_gives_the_same_input_again() =>
        Assert.Equal(new Mutator(new DockerfileTarget()).Make(42), new Mutator(new DockerfileTarget()).Make(42));

    [Fact]
    public void A_target_that_throws_anything_it_did_not_promise_is_found_and_its_input_kept()
    {
        FuzzFault fault = Assert.IsType<FuzzFault>(FuzzRun.Run(new FaultyTarget(), 1, count => count < 100).Fault);
        Assert.Contains("never promised", fault.What, StringComparison.Ordinal);
        Assert.Equal(new Mutator(new FaultyTarget()).Make(fault.Number), File.ReadAllBytes(fault.Path));
        File.Delete(fault.Path);
    }

    private static void RunFew(string name)
    {
        IFuzzTarget target = FuzzTargets.Make(name);
        using var disposing = target as IDisposable;
        FuzzResult result = FuzzRun.Run(target, 1, count => count < Few);
        Assert.True(result.Fault is null, result.Fault?.ToString());
        Assert.Equal(Few, result.Count);
    }

    private sealed class FaultyTarget : IFuzzTarget
    {
        public string Name => "faulty";

        public IReadOnlyList<byte[]> Seeds { get; } = ["a word"u8.ToArray()];

        public IReadOnlyList<string> Words { get; } = ["another"];

        public void Read(byte[] input)
        {
            if (input.Length > 20) throw new InvalidOperationException("never promised");
        }
    }
}
