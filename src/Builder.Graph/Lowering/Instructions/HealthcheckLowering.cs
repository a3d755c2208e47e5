using System.Globalization;
using Builder.Graph.Lowering.History;
using Builder.Graph.Lowering.Values;
using Builder.Oci.Collections;
using Builder.Oci.Images;
using Builder.Parser.Syntax;

namespace Builder.Graph.Lowering.Instructions;

/// <summary>HEALTHCHECK: the last one counts; nothing in it is expanded.</summary>
internal static class HealthcheckLowering
{
    private const long Millisecond = 1_000_000;

    public static void Lower(HealthcheckInstruction healthcheck, InstructionScope scope)
    {
        var check = new Healthcheck { Test = ["NONE"] };
        if (healthcheck.Command is { } command)
        {
            long? interval = ReadDuration("--interval", healthcheck.Interval, scope);
            long? timeout = ReadDuration("--timeout", healthcheck.Timeout, scope);
            long? startPeriod = ReadDuration("--start-period", healthcheck.StartPeriod, scope);
            long? startInterval = ReadDuration("--start-interval", healthcheck.StartInterval, scope);
            int? retries = ReadRetries(healthcheck.Retries, scope);
            if (interval is null || timeout is null || startPeriod is null || startInterval is null || retries is null) return;
            check = new Healthcheck
            {
                Test = TestOf(command),
                Interval = interval.Value,
                Timeout = timeout.Value,
                StartPeriod = startPeriod.Value,
                StartInterval = startInterval.Value,
                Retries = retries.Value,
            };
        }

        scope.State.Config = scope.State.Config with { Healthcheck = check };
        scope.Commit("HEALTHCHECK " + Describe(check));
    }

    private static EquatableArray<string> TestOf(CommandLine command) => command switch
    {
        ExecCommand exec => new(["CMD", .. exec.Arguments.Select(word => word.Text)]),
        ShellCommand shell => ["CMD-SHELL", shell.Text],
        _ => throw new InvalidOperationException($"unknown command line {command.GetType().Name}"),
    };

    // Docker 20.10 prints the fields it knows; the start interval came later and is shown only when it says something.
    private static string Describe(Healthcheck check)
    {
        List<long> durations = [check.Interval, check.Timeout, check.StartPeriod];
        if (check.StartInterval != 0) durations.Add(check.StartInterval);
        string times = string.Join(' ', durations.Select(duration => GoText.Quote(GoDuration.Format(duration))));
        return $"&{{{GoText.Quote(check.Test)} {times} {GoText.QuoteCharacter(check.Retries)}}}";
    }

    private static long? ReadDuration(string flag, Word? word, InstructionScope scope)
    {
        if (word is null) return 0;
        if (!GoDuration.TryParse(word.Text, out long duration))
        {
            scope.Error(
                "BLD2204",
                $"'{word.Text}' is not a duration for {flag}",
                word.Span,
                "write a number with a unit, such as 30s, 1m30s or 500ms");
            return null;
        }

        if (duration is 0 or >= Millisecond) return duration;
        scope.Error("BLD2204", $"{flag} can't be shorter than 1ms", word.Span);
        return null;
    }

    private static int? ReadRetries(Word? word, InstructionScope scope)
    {
        if (word is null) return 0;
        if (int.TryParse(word.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int retries) && retries >= 0) return retries;
        scope.Error("BLD2205", $"'{word.Text}' is not a number of retries", word.Span, "write a whole number, 0 or more");
        return null;
    }
}
