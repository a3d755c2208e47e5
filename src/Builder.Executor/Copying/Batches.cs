using System.Runtime.ExceptionServices;

namespace Builder.Executor.Copying;

/// <summary>Work on many like things, in batches on all cores.</summary>
internal static class Batches
{
    /// <summary>Runs all batches; a single one on the caller's thread.</summary>
    /// <param name="count">How many things there are.</param>
    /// <param name="size">How many a batch has: few enough to share them among the cores, many enough to stay in a directory.</param>
    /// <param name="run">Does those from a first one to before an end.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="Exception">The first that a batch threw.</exception>
    public static void Run(int count, int size, Action<int, int> run, CancellationToken cancellationToken)
    {
        int batches = (count + size - 1) / size;
        if (batches <= 1)
        {
            run(0, count);
            return;
        }

        var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        try
        {
            Parallel.For(0, batches, options, batch => run(batch * size, Math.Min(count, (batch + 1) * size)));
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }
}
