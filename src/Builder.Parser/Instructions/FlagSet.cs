using Builder.Parser.Diagnostics;
using Builder.Parser.Grammars;
using Builder.Parser.Syntax;

namespace Builder.Parser.Instructions;

/// <summary>The flags of one instruction, checked against those it knows.</summary>
internal sealed class FlagSet
{
    private readonly Dictionary<string, List<Word>> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _booleans = new(StringComparer.Ordinal);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    private FlagSet()
    {
    }

    /// <summary>Reads flags; every problem is reported, and a flag with one counts as absent.</summary>
    public static FlagSet Read(InstructionContext context, params ReadOnlySpan<(string Name, FlagKind Kind)> known)
    {
        var set = new FlagSet();
        foreach (RawFlag flag in context.Raw.Flags)
        {
            int index = -1;
            for (int i = 0; i < known.Length; i++)
            {
                if (known[i].Name == flag.Name) index = i;
            }

            WarnOfOpenQuote(context, flag);
            if (index < 0) ReportUnknown(context, flag, known);
            else if (Feature.OfFlag(context.Name, flag.Name) is { } feature && !context.Level.Has(feature))
                InstructionContext.ReportTooNew(context.Diagnostics, context.Level, feature, context.SpanOf(flag.Source));
            else set.Add(context, flag, known[index].Kind);
        }

        return set;
    }

    // Only the last flag can have one: nothing is left behind it.
    private static void WarnOfOpenQuote(InstructionContext context, RawFlag flag)
    {
        if (flag.Source.End < context.Line.Text.Length) return;
        QuotedText.FindEnd(context.Line.Text, flag.Source.Start, context.Escape, escapeInSingleQuotes: true, out bool isClosed);
        if (isClosed) return;
        context.Diagnostics.Warning(
            DiagnosticCodes.OpenQuote,
            $"a quote in the flag '--{flag.Name}' is never closed, so the rest of the line belongs to the flag",
            context.SpanOf(flag.Source),
            "add the missing quote");
    }

    /// <summary>Tells of flags where none are looked at.</summary>
    public static void WarnOfUnread(InstructionContext context, string what)
    {
        foreach (RawFlag flag in context.Raw.Flags)
        {
            context.Diagnostics.Warning(
                DiagnosticCodes.UnreadFlag, $"{what} has no flags: '--{flag.Name}' means nothing and is skipped", context.SpanOf(flag.Source), "remove it");
        }
    }

    public Word? Text(string name) => _values.TryGetValue(name, out List<Word>? words) ? words[0] : null;

    public SyntaxList<Word> List(string name) => _values.TryGetValue(name, out List<Word>? words) ? new([.. words]) : [];

    public bool? Boolean(string name) => _booleans.TryGetValue(name, out bool value) ? value : null;

    private void Add(InstructionContext context, RawFlag flag, FlagKind kind)
    {
        if (!_seen.Add(flag.Name) && kind is not (FlagKind.List or FlagKind.FilledList))
        {
            context.Error(
                DiagnosticCodes.RepeatedFlag,
                $"the flag '--{flag.Name}' is given twice",
                context.SpanOf(flag.Source),
                "remove one of them");
            return;
        }

        bool mayBeEmpty = kind is FlagKind.Text or FlagKind.List;
        if ((flag.Value?.Length == 0 && !mayBeEmpty) || (flag.Value is null && kind != FlagKind.Boolean))
        {
            string example = kind == FlagKind.Boolean ? "true" : "VALUE";
            context.Error(
                DiagnosticCodes.MissingFlagValue,
                $"the flag '--{flag.Name}' has no value",
                context.SpanOf(flag.Source),
                $"write --{flag.Name}={example}, without blanks around '='");
        }
        else if (kind == FlagKind.Boolean)
        {
            AddBoolean(context, flag);
        }
        else if (flag.Value!.Length == 0) // not null: checked above
        {
            context.Diagnostics.Warning(
                DiagnosticCodes.EmptyFlag, $"the flag '--{flag.Name}' is empty, which means the same as leaving it out", context.SpanOf(flag.Source), "give it a value, or remove it");
        }
        else
        {
            if (!_values.TryGetValue(flag.Name, out List<Word>? words)) _values[flag.Name] = words = [];
            words.Add(new Word(flag.Value, context.SpanOf(flag.ValueSource)));
        }
    }

    private void AddBoolean(InstructionContext context, RawFlag flag)
    {
        if (flag.Value is null || flag.Value.Equals("true", StringComparison.OrdinalIgnoreCase))
        {
            _booleans[flag.Name] = true;
        }
        else if (flag.Value.Equals("false", StringComparison.OrdinalIgnoreCase))
        {
            _booleans[flag.Name] = false;
        }
        else
        {
            context.Error(
                DiagnosticCodes.InvalidBoolean,
                $"the flag '--{flag.Name}' is true or false, not '{flag.Value}'",
                context.SpanOf(flag.ValueSource),
                Suggestion.Hint(flag.Value, ["true", "false"]));
        }
    }

    private static void ReportUnknown(InstructionContext context, RawFlag flag, ReadOnlySpan<(string Name, FlagKind Kind)> known)
    {
        string[] names = new string[known.Length];
        for (int i = 0; i < names.Length; i++) names[i] = known[i].Name;
        string? hint = Suggestion.Hint(flag.Name, names, "--");
        hint ??= names.Length == 0
            ? $"{context.Name} has no flags"
            : $"{context.Name} knows {string.Join(", ", names.Select(name => "--" + name))}";
        context.Error(DiagnosticCodes.UnknownFlag, $"{context.Name} has no flag '--{flag.Name}'", context.SpanOf(flag.Source), hint);
    }
}
