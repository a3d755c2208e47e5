using Builder.Parser.Diagnostics;
using Builder.Parser.Grammars;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Parser.Instructions;

/// <summary>Instructions whose arguments are a list of words or the rest of the line.</summary>
internal static class WordsReader
{
    public static Instruction? ReadExpose(InstructionContext context)
    {
        FlagSet.Read(context);
        IReadOnlyList<Slice> words = context.PlainWords();
        if (words.Count == 0)
        {
            context.Missing("EXPOSE names no port", "write EXPOSE port or EXPOSE port/protocol");
            return null;
        }

        return new ExposeInstruction(context.Keyword, new([.. words.Select(context.WordOf)]), context.Span)
        {
            Text = context.Text,
            LeadingComments = context.Comments,
        };
    }

    public static Instruction? ReadVolume(InstructionContext context)
    {
        FlagSet.Read(context);
        if (!JsonForm.TryRead(context, context.Raw.ArgumentStart, out IReadOnlyList<JsonString>? items)) return null;
        Word[] words = items is null ? [.. context.PlainWords().Select(context.WordOf)] : [.. items.Select(context.WordOf)];
        if (words.Length == 0)
        {
            context.Missing("VOLUME names no path", "write VOLUME /path");
            return null;
        }

        words = [.. words.Select(Trimmed)];
        bool valid = true;
        foreach (Word word in words)
        {
            if (word.Text.Length > 0) continue;
            valid = false;
            context.Error(DiagnosticCodes.EmptyName, "a path in VOLUME is empty", word.Span);
        }

        if (!valid) return null;
        return new VolumeInstruction(context.Keyword, new([.. words]), context.Span)
        {
            Text = context.Text,
            LeadingComments = context.Comments,
        };
    }

    /// <summary>A path without the blanks around it, which a JSON string may have.</summary>
    private static Word Trimmed(Word path)
    {
        string text = path.Text.Trim();
        if (text.Length is 0 || text.Length == path.Text.Length) return path with { Text = text };
        int leading = path.Text.Length - path.Text.TrimStart().Length;
        return new Word(text, SourceSpan.FromBounds(path.Span.Start + leading, path.Span.End));
    }

    public static Instruction? ReadUser(InstructionContext context) =>
        ReadRest(context, "write USER name or USER uid:gid") is not { } user
            ? null
            : new UserInstruction(context.Keyword, user, context.Span) { Text = context.Text, LeadingComments = context.Comments };

    public static Instruction? ReadWorkdir(InstructionContext context) =>
        ReadRest(context, "write WORKDIR /path") is not { } path
            ? null
            : new WorkdirInstruction(context.Keyword, path, context.Span) { Text = context.Text, LeadingComments = context.Comments };

    public static Instruction? ReadStopSignal(InstructionContext context) =>
        ReadSignal(context) is not { } signal
            ? null
            : new StopSignalInstruction(context.Keyword, signal, context.Span) { Text = context.Text, LeadingComments = context.Comments };

    public static Instruction? ReadMaintainer(InstructionContext context) =>
        ReadRest(context, "use LABEL org.opencontainers.image.authors=\"name\"") is not { } author
            ? null
            : new MaintainerInstruction(context.Keyword, author, context.Span) { Text = context.Text, LeadingComments = context.Comments };

    private static Word? ReadSignal(InstructionContext context)
    {
        FlagSet.WarnOfUnread(context, "STOPSIGNAL");
        return ReadArguments(context, "write STOPSIGNAL SIGTERM");
    }

    private static Word? ReadRest(InstructionContext context, string usage)
    {
        FlagSet.Read(context);
        return ReadArguments(context, usage);
    }

    private static Word? ReadArguments(InstructionContext context, string usage)
    {
        if (context.HasArguments) return context.WordOf(context.Arguments);
        context.Missing($"{context.Name} has no argument", usage);
        return null;
    }
}
