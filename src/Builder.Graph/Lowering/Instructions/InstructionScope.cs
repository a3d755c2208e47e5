using Builder.Graph.Checks;
using Builder.Graph.Checks.Rules;
using Builder.Graph.Expansion;
using Builder.Graph.Lowering.Stages;
using Builder.Graph.Operations;
using Builder.Oci;
using Builder.Oci.Collections;
using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Graph.Lowering.Instructions;

/// <summary>What the lowering of one instruction may use.</summary>
internal sealed class InstructionScope(LoweringContext context, StageState state, PlannedInstruction planned)
{
    /// <summary>Longest environment: Linux refuses to start a command with more than about twice this.</summary>
    private const long MaxEnvironmentSize = 1 << 20;

    public LoweringContext Context { get; } = context;

    public StageState State { get; } = state;

    public PlannedInstruction Planned { get; } = planned;

    /// <summary>Whether a variable was read that the base image, not known yet, may set.</summary>
    private bool _readsUnknown;
    private readonly List<Diagnostic> _heldBack = [];

    /// <summary>Name or index of a stage.</summary>
    public static string StageNameOf(StageSyntax stage) => stage.Name ?? stage.Index.ToString();

    /// <summary>Reports an error at a place of the instruction.</summary>
    public void Error(string code, string message, SourceSpan span, string? hint = null) =>
        Report(new Diagnostic(code, Severity.Error, message, span, hint));

    /// <summary>Reports what a check is about.</summary>
    public void Notice(CheckRule rule, string message, SourceSpan span, string? hint) =>
        Report(new Diagnostic(rule.Name, Severity.Warning, message, span, hint));

    /// <summary>Reports a finding whose span refers to the instruction's own text.</summary>
    public void Report(Diagnostic diagnostic)
    {
        if (Planned.ReportAt is { } span)
        {
            string place = $"in the ONBUILD trigger '{Planned.Instruction.Text}' of the base image";
            diagnostic = diagnostic with { Span = span, Message = $"{place}: {diagnostic.Message}" };
        }

        if (!State.EnvironmentIsOpen) Context.Findings.Add(diagnostic);
        else if (diagnostic.Severity == Severity.Error) _heldBack.Add(diagnostic);
    }

    /// <summary>Ends the instruction: what could be otherwise once the base image is known is dropped.</summary>
    public void Finish()
    {
        foreach (Diagnostic diagnostic in _heldBack)
        {
            if (!_readsUnknown || ExpansionPass.IsMalformed(diagnostic)) Context.Findings.Add(diagnostic);
        }
    }

    /// <summary>The value of a variable, or null.</summary>
    public string? Lookup(string name)
    {
        string? value = State.Environment.Find(name);
        _readsUnknown |= value is null && State.EnvironmentIsOpen;
        return value;
    }

    /// <summary>Expands a word; null when that failed, which has been reported.</summary>
    public string? Expand(Word word) =>
        Context.Budget.IsExhausted ? null : Checked(WordExpander.Expand(word, Planned.Escape, Lookup));

    /// <summary>Expands the body of a here-document; null when that failed, which has been reported.</summary>
    public string? Expand(Heredoc heredoc) =>
        Context.Budget.IsExhausted ? null : Checked(WordExpander.ExpandHeredoc(heredoc, Lookup));

    /// <summary>Expands several words; null when one failed. All failures have been reported.</summary>
    public List<string>? ExpandAll(IEnumerable<Word> words)
    {
        List<string?> expanded = [.. words.Select(Expand)];
        return expanded.Contains(null) ? null : expanded.ConvertAll(text => text!); // none is null
    }

    /// <summary>Expands a word and splits the result at blanks; null when that failed, which has been reported.</summary>
    public EquatableArray<string>? ExpandAndSplit(Word word)
    {
        if (Context.Budget.IsExhausted) return null;
        SplitExpansionResult result = WordExpander.ExpandAndSplit(word, Planned.Escape, Lookup);
        Context.Budget.Spend(result.Words.Sum(text => (long)text.Length));
        ReportAll(result.Diagnostics, result.UndefinedVariables);
        return result.Succeeded ? result.Words : null;
    }

    /// <summary>Sets a variable for what follows.</summary>
    public void SetVariable(string name, string value, SourceSpan span)
    {
        if (_readsUnknown)
        {
            State.Environment.Remove(name);
            return;
        }

        bool fitted = State.Environment.Size <= MaxEnvironmentSize;
        State.Environment.Set(name, value);
        if (fitted && State.Environment.Size > MaxEnvironmentSize)
            Error(
                "BLD2212",
                $"the variables of this stage have more than {MaxEnvironmentSize} characters: no command could be started with them",
                span);
    }

    /// <summary>Whether the stage's file system is still the empty one.</summary>
    public bool StandsOnNothing => State.Current == Context.Scratch(Origin());

    /// <summary>Adds a history entry without a layer.</summary>
    public void Commit(string createdBy) => AddHistory(new HistoryItem(createdBy, null));

    /// <summary>Adds a vertex on top of the stage, with its history entry.</summary>
    /// <param name="operation">What it does.</param>
    /// <param name="furtherInputs">Inputs after the parent.</param>
    /// <param name="label">Text for progress.</param>
    /// <param name="createdBy">Text for history.</param>
    /// <param name="sources">What a copy reads, as written.</param>
    public void CommitStep(
        Operation operation, IEnumerable<VertexId> furtherInputs, string label, string createdBy, EquatableArray<WrittenSource> sources = default)
    {
        VertexOrigin origin = Origin() with
        {
            Label = State.Steps.Next(label, Planned.IsTrigger),
            Sources = sources,
            BuildArguments = operation is ExecOperation ? ArgumentsInForce() : [],
            Platform = operation is ExecOperation ? new Platform(State.Image.Os, State.Image.Architecture, State.Image.Variant) : null,
        };
        if (operation is CopyOperation { Link: true })
        {
            VertexId layer = Context.Graph.Add(operation, new([Context.Scratch(Origin()), .. furtherInputs]), origin);
            State.Current = Context.Graph.Add(new MergeOperation(), new([State.Current, layer]), origin with { Label = "merging " + origin.Label, Sources = default });
        }
        else
        {
            State.Current = Context.Graph.Add(operation, new([State.Current, .. furtherInputs]), origin);
        }

        AddHistory(new HistoryItem(createdBy, State.Current));
    }

    // A caller that makes a command has paid for looking at them.
    private EquatableArray<string> ArgumentsInForce() =>
        [.. State.Arguments.Where(a => a.Value is not null && State.Environment.Find(a.Key) == a.Value).Select(a => a.Key)];

    /// <summary>Where the instruction stands, without a label.</summary>
    public VertexOrigin Origin()
    {
        SourceSpan place = Planned.ReportAt ?? Planned.Instruction.Keyword.Span;
        return new VertexOrigin("", StageNameOf(State.Plan.Base.Syntax), Context.LineOf(place.Start), Planned.Instruction.Text);
    }

    /// <summary>The instruction's text with its keyword in capitals.</summary>
    public string LabelText()
    {
        string text = Planned.Instruction.Text;
        int keyword = Planned.Instruction.Keyword.Text.Length;
        return keyword <= text.Length ? text[..keyword].ToUpperInvariant() + text[keyword..] : text;
    }

    /// <summary>The same with variables replaced, where that can be done.</summary>
    public string ExpandedLabelText()
    {
        string text = LabelText();
        ExpansionResult expanded = WordExpander.Expand(new Word(text, Planned.Instruction.Span), Planned.Escape, Lookup);
        Context.Budget.Spend(expanded.Text.Length);
        return expanded.Succeeded ? expanded.Text : text;
    }

    /// <summary>The words of a command as they are stored: a shell form behind the SHELL in force.</summary>
    public EquatableArray<string> WithShell(CommandLine command) => command switch
    {
        ExecCommand exec => new([.. exec.Arguments.Select(word => word.Text)]),
        ShellCommand shell => new([.. State.Shell, shell.Text]),
        _ => throw new InvalidOperationException($"unknown command line {command.GetType().Name}"),
    };

    /// <summary>Takes note of a text that gets into the config.</summary>
    public void NoteEntry(string text) => State.NoteEntry(text.Length, Planned.ReportAt ?? Planned.Instruction.Span);

    private void AddHistory(HistoryItem item)
    {
        Context.Budget.Spend(item.CreatedBy.Length);
        State.History.Add(item);
        NoteEntry(item.CreatedBy);
    }

    private string? Checked(ExpansionResult result)
    {
        Context.Budget.Spend(result.Text.Length);
        ReportAll(result.Diagnostics, result.UndefinedVariables);
        return result.Succeeded ? result.Text : null;
    }

    private void ReportAll(EquatableArray<Diagnostic> diagnostics, EquatableArray<Word> undefined)
    {
        foreach (Diagnostic diagnostic in diagnostics) Report(diagnostic);
        foreach (Word variable in undefined)
        {
            if (Context.Findings.IsFullOf(Severity.Warning)) break;

            // An ARG without a value is known to be empty on purpose.
            if (State.Arguments.ContainsKey(variable.Text)) continue;
            string name = variable.Text;
            string? hint = Suggestion.Hint(name, State.Environment.LatestNames)
                ?? (Context.Scope.Find(name) is null
                    ? $"set it with ARG or ENV above this line, or write ${{{name}:-default}}"
                    : $"it is set above the first FROM: repeat 'ARG {name}' in this stage");
            string message = $"the variable '{name}' is not set here and expands to nothing";
            if (State.BaseImage is { IsKnown: false } && CommonVariables.Contains(name)) continue;
            Notice(UndefinedVar.Rule, message, variable.Span, hint);
        }
    }
}
