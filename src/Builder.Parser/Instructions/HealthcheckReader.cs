using Builder.Parser.Diagnostics;
using Builder.Parser.Grammars;
using Builder.Parser.Syntax;

namespace Builder.Parser.Instructions;

/// <summary><c>HEALTHCHECK</c>.</summary>
internal static class HealthcheckReader
{
    public static Instruction? Read(InstructionContext context)
    {
        FlagSet flags = FlagSet.Read(
            context,
            ("interval", FlagKind.Text),
            ("timeout", FlagKind.Text),
            ("start-period", FlagKind.Text),
            ("start-interval", FlagKind.Text),
            ("retries", FlagKind.Text));
        if (!context.HasArguments)
        {
            context.Missing("HEALTHCHECK says nothing", "write HEALTHCHECK CMD command, or HEALTHCHECK NONE");
            return null;
        }

        if (!TryReadCommand(context, out CommandLine? command)) return null;
        return new HealthcheckInstruction(
            context.Keyword,
            command,
            flags.Text("interval"),
            flags.Text("timeout"),
            flags.Text("start-period"),
            flags.Text("start-interval"),
            flags.Text("retries"),
            context.Span)
        {
            Text = context.Text,
            LeadingComments = context.Comments,
        };
    }

    private static bool TryReadCommand(InstructionContext context, out CommandLine? command)
    {
        command = null;
        Slice all = context.Arguments;
        Slice kind = all with { End = Blanks.FindNext(all.Text, all.Start) };
        Slice rest = all with { Start = Blanks.Skip(all.Text, kind.End) };
        if (kind.Span.Equals("NONE", StringComparison.OrdinalIgnoreCase))
        {
            if (rest.Length == 0) return true;
            context.Error(DiagnosticCodes.UnexpectedArgument, "HEALTHCHECK NONE takes no argument", context.SpanOf(rest));
            return false;
        }

        if (!kind.Span.Equals("CMD", StringComparison.OrdinalIgnoreCase))
        {
            context.Error(
                DiagnosticCodes.InvalidHealthcheck,
                $"HEALTHCHECK is followed by CMD or NONE, not by '{kind}'",
                context.SpanOf(kind),
                Suggestion.Hint(kind.ToString(), ["CMD", "NONE"]) ?? "write HEALTHCHECK CMD command");
            return false;
        }

        if (rest.Length > 0) command = CommandReader.Read(context, rest.Start);
        bool empty = rest.Length == 0 || command is ExecCommand { Arguments.Count: 0 };
        if (empty) context.Error(DiagnosticCodes.MissingArgument, "HEALTHCHECK CMD has no command", context.SpanOf(kind));
        return command is not null && !empty;
    }
}
