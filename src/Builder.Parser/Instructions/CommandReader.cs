using Builder.Parser.Diagnostics;
using Builder.Parser.Grammars;
using Builder.Parser.Syntax;

namespace Builder.Parser.Instructions;

/// <summary><c>RUN</c>, <c>CMD</c>, <c>ENTRYPOINT</c> and <c>SHELL</c>.</summary>
internal static class CommandReader
{
    public static Instruction? ReadRun(InstructionContext context)
    {
        FlagSet flags = FlagSet.Read(
            context, ("mount", FlagKind.FilledList), ("network", FlagKind.FilledText), ("security", FlagKind.FilledText), ("device", FlagKind.FilledList));
        if (ReadOwnCommand(context, "nothing is run, and a layer is made all the same") is not { } command) return null;
        if (command is ExecCommand { Arguments.Count: 0 })
        {
            context.Error(DiagnosticCodes.MissingArgument, "RUN has an empty command", command.Span);
            return null;
        }

        return new RunInstruction(
            context.Keyword,
            command,
            new([.. context.Heredocs]),
            flags.List("mount"),
            flags.Text("network"),
            flags.Text("security"),
            flags.List("device"),
            context.Span)
        {
            Text = context.Text,
            LeadingComments = context.Comments,
        };
    }

    public static Instruction? ReadCmd(InstructionContext context) =>
        ReadWithoutFlags(context) is not { } command
            ? null
            : new CmdInstruction(context.Keyword, command, context.Span) { Text = context.Text, LeadingComments = context.Comments };

    public static Instruction? ReadEntrypoint(InstructionContext context) =>
        ReadWithoutFlags(context) is not { } command
            ? null
            : new EntrypointInstruction(context.Keyword, command, context.Span) { Text = context.Text, LeadingComments = context.Comments };

    public static Instruction? ReadShell(InstructionContext context)
    {
        FlagSet.Read(context);
        if (!context.HasArguments)
        {
            context.Missing("SHELL has no command", "write SHELL [\"/bin/sh\", \"-c\"]");
            return null;
        }

        if (!JsonForm.TryRead(context, context.Raw.ArgumentStart, out IReadOnlyList<JsonString>? items)) return null;
        if (items is null)
        {
            context.Error(
                DiagnosticCodes.JsonRequired,
                "SHELL takes a JSON array only",
                context.SpanOf(context.Arguments),
                "write SHELL [\"/bin/sh\", \"-c\"]");
            return null;
        }

        if (items.Count == 0)
        {
            context.Error(DiagnosticCodes.MissingArgument, "SHELL has an empty command", context.SpanOf(context.Arguments));
            return null;
        }

        return new ShellInstruction(context.Keyword, context.WordsOf(items), context.Span)
        {
            Text = context.Text,
            LeadingComments = context.Comments,
        };
    }

    /// <summary>Reads a command in either form; null after an error.</summary>
    public static CommandLine? Read(InstructionContext context, int start)
    {
        if (!JsonForm.TryRead(context, start, out IReadOnlyList<JsonString>? items)) return null;
        Slice source = context.Arguments with { Start = start };
        return items is null
            ? new ShellCommand(source.ToString(), context.SpanOf(source))
            : new ExecCommand(context.WordsOf(items), context.SpanOf(source));
    }

    private static CommandLine? ReadWithoutFlags(InstructionContext context)
    {
        FlagSet.Read(context);
        return ReadOwnCommand(context, $"write {context.Name} [] to clear it");
    }

    /// <summary>The command of an instruction; the shell gets an empty text when there is none.</summary>
    private static CommandLine? ReadOwnCommand(InstructionContext context, string hint)
    {
        if (context.HasArguments) return Read(context, context.Raw.ArgumentStart);
        context.Diagnostics.Warning(
            DiagnosticCodes.EmptyCommand, $"{context.Name} has no command, so the shell gets an empty one", context.SpanOf(context.Raw.Keyword), hint);
        return new ShellCommand("", context.SpanOf(context.Raw.Keyword));
    }
}
