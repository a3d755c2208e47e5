using Builder.Parser.Diagnostics;
using Builder.Parser.Grammars;
using Builder.Parser.Syntax;

namespace Builder.Parser.Instructions;

/// <summary>The flags of one instruction, checked against those it knows.</summary>
internal sealed class FlagSet
{
    private readonly Dictionary<string, List<Word>> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _booleans = new(StringComparer.Ordinal);

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

            if (index < 0) ReportUnknown(context, flag, known);
            else if (Feature.OfFlag(context.Name, flag.Name) is { } feature && !context.Level.Has(feature))
                InstructionContext.ReportTooNew(context.Diagnostics, context.Level, feature, context.SpanOf(flag.Source));
            else set.Add(context, flag, known[index].Kind);
        }

        return set;
    }

    public Word? Text(string name) => _values.TryGetValue(name, out List<Word>? words) ? words[0] : null;

    public SyntaxList<Word> List(string name) => _values.TryGetValue(name, out List<Word>? words) ? new([.. words]) : [];

    public bool? Boolean(string name) => _booleans.TryGetValue(name, out bool value) ? value : null;

    private void Add(InstructionContext context, RawFlag flag, FlagKind kind)
    {
        bool seen = _values.ContainsKey(flag.Name) || _booleans.ContainsKey(flag.Name);
        if (seen && kind != FlagKind.List)
        {
            context.Error(
                DiagnosticCodes.RepeatedFlag,
                $"the flag '--{flag.Name}' is given twice",
                context.SpanOf(flag.Source),
                "remove one of them");
            return;
        }

        if (flag.Value?.Length == 0 || (flag.Value is null && kind != FlagKind.Boolean))
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
        else
        {
            if (!_values.TryGetValue(flag.Name, out List<Word>? words)) _values[flag.Name] = words = [];
            words.Add(new Word(flag.Value!, context.SpanOf(flag.ValueSource))); // not null: checked above
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
