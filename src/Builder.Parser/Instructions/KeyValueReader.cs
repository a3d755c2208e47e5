using Builder.Parser.Diagnostics;
using Builder.Parser.Grammars;
using Builder.Parser.Syntax;

namespace Builder.Parser.Instructions;

/// <summary><c>ENV</c>, <c>LABEL</c> and <c>ARG</c>.</summary>
internal static class KeyValueReader
{
    public static Instruction? ReadEnv(InstructionContext context) =>
        ReadPairs(context, out bool legacy) is not { } pairs
            ? null
            : new EnvInstruction(context.Keyword, pairs, legacy, context.Span) { Text = context.Text, LeadingComments = context.Comments };

    public static Instruction? ReadLabel(InstructionContext context) =>
        ReadPairs(context, out bool legacy) is not { } pairs
            ? null
            : new LabelInstruction(context.Keyword, pairs, legacy, context.Span)
            {
                Text = context.Text,
                LeadingComments = context.Comments,
            };

    public static Instruction? ReadArg(InstructionContext context)
    {
        FlagSet.WarnOfUnread(context, "ARG");
        IReadOnlyList<Slice> words = context.QuotedWords();
        if (words.Count == 0)
        {
            context.Missing("ARG declares no name", "write ARG name or ARG name=default");
            return null;
        }

        var arguments = new List<ArgDeclaration>(words.Count);
        foreach (Slice word in words)
        {
            int equals = word.Span.IndexOf('=');
            if (equals == 0)
            {
                ReportEmptyName(context, word);
                return null;
            }

            WarnOfQuotes(context, equals < 0 ? word : word with { End = word.Start + equals });
            arguments.Add(equals < 0
                ? new ArgDeclaration(context.WordOf(word), null)
                : new ArgDeclaration(KeyOf(context, word, equals), ValueOf(context, word, equals)));
        }

        return new ArgInstruction(context.Keyword, new([.. arguments]), context.Span)
        {
            Text = context.Text,
            LeadingComments = context.Comments,
        };
    }

    /// <summary>Names of ARG are taken as they are written, other than those of ENV and LABEL.</summary>
    private static void WarnOfQuotes(InstructionContext context, Slice name)
    {
        if (!name.Span.ContainsAny('"', '\'')) return;
        context.Diagnostics.Warning(
            DiagnosticCodes.QuotedArgument,
            $"the quotes belong to the name {name} of ARG, so no variable can lead to it",
            context.SpanOf(name),
            "write the name without quotes, and put the value in them");
    }

    private static SyntaxList<KeyValue>? ReadPairs(InstructionContext context, out bool legacy)
    {
        legacy = false;
        FlagSet.Read(context);
        IReadOnlyList<Slice> words = context.QuotedWords();
        if (words.Count == 0)
        {
            context.Missing($"{context.Name} has no name and value", $"write {context.Name} name=value");
            return null;
        }

        legacy = !words[0].Span.Contains('=');
        if (legacy) return ReadLegacyPair(context);

        var pairs = new List<KeyValue>(words.Count);
        bool valid = true;
        foreach (Slice word in words)
        {
            int equals = word.Span.IndexOf('=');
            if (equals > 0)
            {
                pairs.Add(new KeyValue(KeyOf(context, word, equals), ValueOf(context, word, equals)));
                continue;
            }

            valid = false;
            if (equals == 0) ReportEmptyName(context, word);
            else ReportMissingEquals(context, word, pairs);
        }

        return valid ? new([.. pairs]) : null;
    }

    private static Word KeyOf(InstructionContext context, Slice pair, int equals) => context.WordOf(pair with { End = pair.Start + equals });

    private static Word ValueOf(InstructionContext context, Slice pair, int equals) =>
        context.WordOf(pair with { Start = pair.Start + equals + 1 });

    /// <summary><c>ENV name the whole rest</c>.</summary>
    private static SyntaxList<KeyValue>? ReadLegacyPair(InstructionContext context)
    {
        Slice all = context.Arguments;
        int keyEnd = Blanks.FindNext(all.Text, all.Start);
        int valueStart = Blanks.Skip(all.Text, keyEnd);
        Slice key = all with { End = keyEnd };
        if (valueStart == all.End)
        {
            context.Error(
                DiagnosticCodes.MissingEqualsSign,
                $"{context.Name} gives '{key}' no value",
                context.SpanOf(key),
                $"write {context.Name} {key}=value");
            return null;
        }

        return [new KeyValue(context.WordOf(key), context.WordOf(all with { Start = valueStart }))];
    }

    private static void ReportMissingEquals(InstructionContext context, Slice word, List<KeyValue> before)
    {
        string hint = before.Count == 0
            ? "write name=value"
            : $"write name=value; if the word belongs to the value of '{before[^1].Key.Text}', put that in double quotes";
        context.Error(DiagnosticCodes.MissingEqualsSign, $"'{word}' has no '=' in {context.Name}", context.SpanOf(word), hint);
    }

    private static void ReportEmptyName(InstructionContext context, Slice word) =>
        context.Error(
            DiagnosticCodes.EmptyName,
            $"a name in {context.Name} is empty",
            context.SpanOf(word),
            "remove blanks around '=', and name what is set");
}
