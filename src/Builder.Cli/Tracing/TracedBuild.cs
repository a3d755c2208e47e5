using System.Globalization;
using Builder.Cli.Builds;
using Builder.Cli.Hosting;
using Builder.Executor.Tracing;

namespace Builder.Cli.Tracing;

/// <summary>A build with <c>--trace</c>: the file is written however the build ends, except when it is left to the session.</summary>
internal static class TracedBuild
{
    // When the command began, in Unix milliseconds, for the session it goes on in.
    private const string BeganVariable = "BUILDER_TRACE_BEGAN";

    /// <summary>Runs a build and records its phases when that is asked for.</summary>
    /// <param name="arguments">The build's.</param>
    /// <param name="context">Of the command.</param>
    /// <param name="run">The build; null when it is left to the session.</param>
    public static async Task<ExitCode?> RunAsync(BuildArguments arguments, CommandContext context, Func<Task<ExitCode?>> run)
    {
        if (arguments.Trace is not { } file) return await run();
        using var recorder = new TraceRecorder();
        bool isWritten = true;
        try
        {
            DateTimeOffset began = context.Time.GetUtcNow();
            if (context.Environment.Variables.TryGetValue(BeganVariable, out string? text) && long.TryParse(text, CultureInfo.InvariantCulture, out long milliseconds))
                Phases.Past("start of the session", DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));
            else
                Environment.SetEnvironmentVariable(BeganVariable, began.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
            ExitCode? code;
            using (Phases.Begin("build")) code = await run();
            isWritten = code is not null;
            return code;
        }
        finally
        {
            if (isWritten)
            {
                using FileStream output = File.Create(context.Environment.FullPath(file));
                recorder.Write(output);
            }
        }
    }
}
