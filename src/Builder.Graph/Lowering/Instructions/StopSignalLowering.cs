using Builder.Graph.Lowering.Values;
using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;

namespace Builder.Graph.Lowering.Instructions;

/// <summary>STOPSIGNAL: checked, then stored verbatim.</summary>
internal static class StopSignalLowering
{
    public static void Lower(StopSignalInstruction stopSignal, InstructionScope scope)
    {
        if (scope.Expand(stopSignal.Signal) is not { } signal) return;
        if (KnownSignals.IsNumber(signal, out long number) && number != 0)
        {
            if (number is < 0 or > KnownSignals.Highest)
            {
                scope.Report(new Diagnostic(
                    "BLD2219",
                    Severity.Warning,
                    $"no signal has the number {number}",
                    stopSignal.Signal.Span,
                    $"write a name such as SIGTERM or a number from 1 to {KnownSignals.Highest}"));
            }
        }
        else if (!KnownSignals.HasName(signal))
        {
            string full = signal.StartsWith("SIG", StringComparison.OrdinalIgnoreCase) ? signal : "SIG" + signal;
            string? near = signal.Any(char.IsAsciiLetter) ? Suggestion.Hint(full, KnownSignals.FullNames) : null;
            scope.Error(
                "BLD2203",
                $"'{signal}' is not a signal",
                stopSignal.Signal.Span,
                near ?? $"write a name such as SIGTERM or a number from 1 to {KnownSignals.Highest}");
            return;
        }

        scope.State.Config = scope.State.Config with { StopSignal = signal };
        scope.Commit("STOPSIGNAL " + signal);
    }
}
