using Builder.EndToEnd.Tests.Crashes;
using Builder.EndToEnd.Tests.Differential;
using Builder.EndToEnd.Tests.Warm;

namespace Builder.EndToEnd.Tests;

/// <summary>The assembly is also the program behind tests/differential/run, tests/warm/run and tests/crash/run.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        try
        {
            if (arguments is ["--warm", ..]) return await WarmRun.RunAsync(arguments.AsMemory(1), Console.Out);
            if (arguments is ["crash", .. string[] crash]) return await CrashOptions.Parse(crash).RunAsync(Console.Out);
            return await new DifferentialRun(Console.Out).RunAsync(DifferentialOptions.Parse(arguments));
        }
        catch (Exception error) when (error is FormatException or InvalidOperationException)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 2;
        }
    }
}
