using System.Diagnostics;
using System.Globalization;

namespace Builder.Fuzzing.Tests;

/// <summary>The assembly is also the program behind <c>tests/fuzz/run [TARGET] [--seconds N] [--seed S]</c>.</summary>
internal static class Program
{
    private const int DefaultSeconds = 60;

    private static int Main(string[] arguments)
    {
        try
        {
            (string? only, double seconds, int seed) = Parse(arguments);
            bool failed = false;
            foreach (string name in only is null ? FuzzTargets.Names : [only]) failed |= !Run(name, seconds, seed);
            return failed ? 1 : 0;
        }
        catch (FormatException error)
        {
            Console.Error.WriteLine(error.Message);
            return 2;
        }
    }

    private static bool Run(string name, double seconds, int seed)
    {
        Console.WriteLine($"{name}: {seconds:0.#} seconds from seed {seed}");
        IFuzzTarget target = FuzzTargets.Make(name);
        using var disposing = target as IDisposable;
        var clock = Stopwatch.StartNew();
        FuzzResult result = FuzzRun.Run(target, seed, count => count == 0 || clock.Elapsed.TotalSeconds < seconds);
        Console.WriteLine(result.Fault is null ? $"{name}: {result.Count} inputs" : $"FAILED {result.Fault}");
        return result.Fault is null;
    }

    private static (string? Target, double Seconds, int Seed) Parse(string[] arguments)
    {
        (string? target, double seconds, int seed) = (null, DefaultSeconds, Environment.TickCount);
        for (int i = 0; i < arguments.Length; i++)
        {
            string? value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--seconds" when double.TryParse(value, CultureInfo.InvariantCulture, out seconds):
                case "--seed" when int.TryParse(value, CultureInfo.InvariantCulture, out seed):
                    i++;
                    break;
                case var name when target is null && !name.StartsWith('-'):
                    target = name;
                    break;
                default:
                    throw new FormatException($"'{arguments[i]}' is not understood: tests/fuzz/run [TARGET] [--seconds N] [--seed S]");
            }
        }

        return (target, seconds, seed);
    }
}
