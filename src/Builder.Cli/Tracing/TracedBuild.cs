using System.Diagnostics;
using System.Globalization;
using Builder.Cli.Builds;
using Builder.Cli.Hosting;
using Builder.Executor.Tracing;

namespace Builder.Cli.Tracing;

/// <summary>
/// A build whose phases are recorded: for <c>--trace</c>, or for the collector that OpenTelemetry's variables name. File and spans are
/// written however the build ends, except when it is left to the session.
/// </summary>
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
        // Twice asked, once said: the session tells what is wrong, or the outer process when it ends the build itself.
        var warnings = new List<string>();
        OtlpSettings? telemetry = OtlpSettings.Read(context.Environment, warnings.Add);
        if (arguments.Trace is null && telemetry is null && warnings.Count == 0) return await run();
        using var recorder = new TraceRecorder();
        bool isFinished = true;
        try
        {
            ExitCode? code = await RunWithinPhaseAsync(context, telemetry?.Parent ?? default, run);
            isFinished = code is not null;
            return code;
        }
        finally
        {
            if (isFinished)
            {
                if (arguments.Trace is { } file) Write(recorder, context.Environment.FullPath(file));
                if (telemetry is not null && await OtlpExporter.SendAsync(recorder.Ended(), telemetry) is { } failure)
                    warnings.Add($"the build's spans could not be sent to {telemetry.Endpoint.Scheme}://{telemetry.Endpoint.Authority}: {failure}");
                foreach (string warning in warnings) context.Notices.Enqueue(warning);
            }
        }
    }

    private static async Task<ExitCode?> RunWithinPhaseAsync(CommandContext context, ActivityContext parent, Func<Task<ExitCode?>> run)
    {
        DateTimeOffset began = context.Time.GetUtcNow();
        bool isSession = context.Environment.Variables.TryGetValue(BeganVariable, out string? text) && long.TryParse(text, CultureInfo.InvariantCulture, out _);
        if (isSession) began = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(text!, CultureInfo.InvariantCulture));
        else Environment.SetEnvironmentVariable(BeganVariable, began.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
        using Activity? build = Phases.BeginRoot("build", parent, began);
        if (isSession) Phases.Past("start of the session", began);
        try
        {
            ExitCode? code = await run();
            if (code is { Value: not 0 }) build?.SetStatus(ActivityStatusCode.Error);
            return code;
        }
        catch
        {
            build?.SetStatus(ActivityStatusCode.Error);
            throw;
        }
    }

    private static void Write(TraceRecorder recorder, string file)
    {
        using FileStream output = File.Create(file);
        recorder.Write(output);
    }
}
