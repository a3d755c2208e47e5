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
        if (!KnownSignals.Contains(signal))
        {
            string full = signal.StartsWith("SIG", StringComparison.OrdinalIgnoreCase) ? signal : "SIG" + signal;
            string? near = signal.Any(char.IsAsciiLetter) ? Suggestion.Hint(full, KnownSignals.FullNames) : null;
            scope.Error(
                "BLD2203",
                $"'{signal}' is not a signal",
                stopSignal.Signal.Span,
                near ?? "write a name such as SIGTERM or a number from 1 to 64");
            return;
        }

        scope.State.Config = scope.State.Config with { StopSignal = signal };
        scope.Commit("STOPSIGNAL " + signal);
    }
}
