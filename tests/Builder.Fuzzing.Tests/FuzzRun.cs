namespace Builder.Fuzzing.Tests;

/// <summary>Feeds a target mutated inputs and names the first that makes it crash, hang or waste memory.</summary>
internal static class FuzzRun
{
    /// <summary>What reading one input may allocate in all; what it holds at once is less.</summary>
    private const long MaxBytes = 256L << 20;

    // Far beyond what any input needs: it tells a hang from a busy machine.
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(2);

    /// <summary>Runs inputs of ascending numbers.</summary>
    /// <param name="target">What reads.</param>
    /// <param name="first">Number of the first input.</param>
    /// <param name="goesOn">Asked with the count of inputs read, whether there shall be another.</param>
    public static FuzzResult Run(IFuzzTarget target, int first, Func<int, bool> goesOn)
    {
        var mutator = new Mutator(target);
        int count = 0;
        for (; goesOn(count); count++)
        {
            int number = unchecked(first + count);
            byte[] input = mutator.Make(number);
            if (ReadOne(target, input) is { } what) return new FuzzResult(count + 1, new FuzzFault(target.Name, number, what, Keep(target, number, input)));
        }

        return new FuzzResult(count, null);
    }

    private static string? ReadOne(IFuzzTarget target, byte[] input)
    {
        string? fault = null;
        var reader = new Thread(() =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                target.Read(input);
            }
            catch (Exception e)
            {
                fault = e.ToString();
            }

            long spent = GC.GetAllocatedBytesForCurrentThread() - before;
            if (spent > MaxBytes) fault ??= $"{spent >> 20} MiB were allocated for an input of {input.Length} bytes";
        })
        { IsBackground = true };
        reader.Start();
        return reader.Join(Hang) ? fault : $"no result within {Hang}";
    }

    private static string Keep(IFuzzTarget target, int number, byte[] input)
    {
        string path = Path.Combine(Path.GetTempPath(), $"fuzz-{target.Name}-{number}");
        File.WriteAllBytes(path, input);
        return path;
    }
}
