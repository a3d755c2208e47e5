using Builder.Parser.Diagnostics;
using Builder.Parser.Grammars;
using Builder.Parser.Syntax;

namespace Builder.Parser.Instructions;

/// <summary><c>HEALTHCHECK</c>.</summary>
internal static class HealthcheckReader
{
    public static Instruction? Read(InstructionContext context)
    {
        Slice kind = context.Arguments with { End = Blanks.FindNext(context.Line.Text, context.Raw.ArgumentStart) };
        if (IsNone(kind)) return ReadNone(context, kind);
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

        if (ReadCommand(context, kind) is not { } command) return null;
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

    private static bool IsNone(Slice kind) => kind.Span.Equals("NONE", StringComparison.OrdinalIgnoreCase);

    private static HealthcheckInstruction? ReadNone(InstructionContext context, Slice kind)
    {
        FlagSet.WarnOfUnread(context, "HEALTHCHECK NONE");
        Slice rest = context.Arguments with { Start = Blanks.Skip(context.Line.Text, kind.End) };
        if (rest.Length == 0)
        {
            return new HealthcheckInstruction(context.Keyword, null, null, null, null, null, null, context.Span)
            {
                Text = context.Text,
                LeadingComments = context.Comments,
            };
        }

        context.Error(DiagnosticCodes.UnexpectedArgument, "HEALTHCHECK NONE takes no argument", context.SpanOf(rest));
        return null;
    }

    private static CommandLine? ReadCommand(InstructionContext context, Slice kind)
    {
        Slice rest = context.Arguments with { Start = Blanks.Skip(context.Line.Text, kind.End) };
        if (!kind.Span.Equals("CMD", StringComparison.OrdinalIgnoreCase))
        {
            context.Error(
                DiagnosticCodes.InvalidHealthcheck,
                $"HEALTHCHECK is followed by CMD or NONE, not by '{kind}'",
                context.SpanOf(kind),
                Suggestion.Hint(kind.ToString(), ["CMD", "NONE"]) ?? "write HEALTHCHECK CMD command");
            return null;
        }

        CommandLine? command = rest.Length > 0 ? CommandReader.Read(context, rest.Start) : null;
        if (rest.Length > 0 && command is not ExecCommand { Arguments.Count: 0 }) return command;
        context.Error(DiagnosticCodes.MissingArgument, "HEALTHCHECK CMD has no command", context.SpanOf(kind));
        return null;
    }
}
