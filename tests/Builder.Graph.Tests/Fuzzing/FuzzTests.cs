using System.Diagnostics;

namespace Builder.Graph.Tests.Fuzzing;

/// <summary>A few mutated inputs in every run of the tests; as many as fit into a time when <c>tests/fuzz</c> asks for it.</summary>
public class FuzzTests
{
    private const int Few = 400;

    // Each target is one line here; the runner and the mutation are for all of them.
    private static readonly IFuzzTarget[] Targets = [new DockerfileTarget()];

    public static TheoryData<string> Names => new(Targets.Select(target => target.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Whatever_the_input_there_is_a_result_without_crash_hang_or_waste(string name)
    {
        IFuzzTarget target = Targets.Single(t => t.Name == name);
        if (Environment.GetEnvironmentVariable("FUZZ_TARGET") is { Length: > 0 } wanted && wanted != name) return;
        if (!int.TryParse(Environment.GetEnvironmentVariable("FUZZ_SECONDS"), out int seconds))
        {
            Assert.Equal(Few, FuzzRun.Run(target, 1, count => count < Few));
            return;
        }

        int first = int.TryParse(Environment.GetEnvironmentVariable("FUZZ_SEED"), out int seed) ? seed : Environment.TickCount;
        var clock = Stopwatch.StartNew();
        int read = FuzzRun.Run(target, first, _ => clock.Elapsed.TotalSeconds < seconds);
        Console.WriteLine($"{name}: {read} inputs from {first} on");
    }

    [Fact]
    public void A_number_gives_the_same_input_again() =>
        Assert.Equal(new Mutator(new DockerfileTarget()).Make(42), new Mutator(new DockerfileTarget()).Make(42));
}
