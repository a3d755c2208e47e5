using Builder.EndToEnd.Tests.Differential;

namespace Builder.EndToEnd.Tests;

/// <summary>The assembly is also the program behind tests/differential/run.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        try
        {
            return await new DifferentialRun(Console.Out).RunAsync(DifferentialOptions.Parse(arguments));
        }
        catch (Exception error) when (error is FormatException or InvalidOperationException)
        {
            await Console.Error.WriteLineAsync($"differential: {error.Message}");
            return 2;
        }
    }
}
