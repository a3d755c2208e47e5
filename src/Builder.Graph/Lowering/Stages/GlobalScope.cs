using System.Collections.Immutable;
using Builder.Graph.Checks.Rules;
using Builder.Graph.Expansion;
using Builder.Oci;
using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Graph.Lowering.Stages;

/// <summary>The variables FROM lines see: the platform arguments and the ARGs before the first FROM.</summary>
internal sealed class GlobalScope
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _declared = new(StringComparer.Ordinal);
    private readonly char _escape;
    private readonly TextBudget _budget;

    private GlobalScope(char escape, TextBudget budget) => (_escape, _budget) = (escape, budget);

    /// <summary>All names that have a value.</summary>
    public IEnumerable<string> Names => _values.Keys;

    /// <summary>The value of a global argument, or null.</summary>
    public string? Find(string name) => _values.GetValueOrDefault(name);

    /// <summary>Evaluates the global ARGs in order; each sees those before it.</summary>
    public static GlobalScope Evaluate(LoweringRequest request, StageList stages, TextBudget budget, Findings findings)
    {
        var scope = new GlobalScope(request.Parsed.Dockerfile.EscapeCharacter, budget);
        scope.AddPlatformArguments(request, stages);
        foreach (ArgDeclaration argument in stages.GlobalArguments.SelectMany(line => line.Arguments))
        {
            string name = argument.Name.Text;
            scope._declared.Add(name);
            if (request.BuildArguments.TryGetValue(name, out string? given)) scope._values[name] = given;
            else if (argument.Default is not null && scope.Expand(argument.Default, findings) is { } value) scope._values[name] = value;
        }

        return scope;
    }

    /// <summary>Expands a word; null when that failed, which has been reported.</summary>
    public string? Expand(Word word, Findings findings)
    {
        if (_budget.IsExhausted) return null;
        ExpansionResult result = WordExpander.Expand(word, _escape, Find);
        _budget.Spend(result.Text.Length);
        foreach (var diagnostic in result.Diagnostics) findings.Add(diagnostic);
        if (_budget.IsExhausted) ReportExhausted(word.Span, findings);
        return result.Succeeded ? result.Text : null;
    }

    /// <summary>Says that a Dockerfile grows beyond all bounds.</summary>
    public static void ReportExhausted(SourceSpan span, Findings findings) =>
        findings.Error(
            "BLD2214",
            $"this Dockerfile grows to more than {TextBudget.Limit} characters of expanded text",
            span,
            "a variable may be doubling itself line by line");

    /// <summary>Expands a word of a FROM line and warns of variables that aren't global.</summary>
    public string? ExpandInFrom(Word word, StageList stages, Findings findings)
    {
        if (_budget.IsExhausted) return null;
        ExpansionResult result = WordExpander.Expand(word, _escape, Find);
        _budget.Spend(result.Text.Length);
        foreach (Word undefined in result.UndefinedVariables)
        {
            if (findings.IsFullOf(Severity.Warning)) break;
            if (_declared.Contains(undefined.Text)) continue; // empty on purpose
            string message = $"FROM uses the variable '{undefined.Text}', which no ARG before the first FROM declares";
            findings.Warning(UndefinedArgInFrom.Rule.Name, message, undefined.Span, HintFor(undefined.Text, stages));
        }

        foreach (var diagnostic in result.Diagnostics) findings.Add(diagnostic);
        return result.Succeeded ? result.Text : null;
    }

    private string HintFor(string name, StageList stages)
    {
        bool declaredInStage = stages.Stages
            .SelectMany(stage => stage.Instructions)
            .OfType<ArgInstruction>()
            .Any(line => line.Arguments.Any(argument => argument.Name.Text == name));
        if (!declaredInStage && Suggestion.Hint(name, Names) is { } near) return near;
        return $"declare 'ARG {name}=...' above the first FROM, or pass --build-arg with such a declaration";
    }

    private void AddPlatformArguments(LoweringRequest request, StageList stages)
    {
        ImmutableArray<StageSyntax> all = stages.Stages;
        string target = request.Target ?? (all.IsEmpty ? null : all[^1].Name) ?? "default";
        Platform build = request.BuildPlatform;
        Platform wanted = request.TargetPlatform;
        (string Name, string Value)[] platformArguments =
        [
            ("BUILDPLATFORM", build.ToString()), ("BUILDOS", build.Os), ("BUILDOSVERSION", ""), ("BUILDARCH", build.Architecture),
            ("BUILDVARIANT", build.Variant ?? ""), ("TARGETPLATFORM", wanted.ToString()), ("TARGETOS", wanted.Os), ("TARGETOSVERSION", ""),
            ("TARGETARCH", wanted.Architecture), ("TARGETVARIANT", wanted.Variant ?? ""), ("TARGETSTAGE", target),
        ];
        foreach ((string name, string value) in platformArguments) _values[name] = request.BuildArguments.GetValueOrDefault(name, value);
    }
}
