using System.Text.Json.Nodes;

namespace Builder.Cli.Formatting.Templates;

/// <summary>A part of a template. The set of subtypes is closed.</summary>
internal abstract record TemplateNode;

/// <summary>Text printed as it is.</summary>
internal sealed record TextNode(string Text) : TemplateNode;

/// <summary><c>{{pipeline}}</c>, or <c>{{$x := pipeline}}</c>, which prints nothing.</summary>
internal sealed record ActionNode(Pipeline Pipeline, string? Variable) : TemplateNode;

/// <summary><c>{{if}}</c> and <c>{{with}}</c>; with moves the dot.</summary>
internal sealed record ConditionNode(Pipeline Condition, IReadOnlyList<TemplateNode> Then, IReadOnlyList<TemplateNode> Else, bool MovesDot) : TemplateNode;

/// <summary><c>{{range}}</c>.</summary>
internal sealed record RangeNode(
    Pipeline Source, string? KeyVariable, string? ValueVariable, IReadOnlyList<TemplateNode> Body, IReadOnlyList<TemplateNode> Else) : TemplateNode;

/// <summary>Commands, each given the result of the one before as its last argument.</summary>
internal sealed record Pipeline(IReadOnlyList<PipelineCommand> Commands);

/// <summary>A function with its arguments, or one operand.</summary>
/// <param name="Function">Null for an operand alone.</param>
/// <param name="Arguments">The arguments.</param>
internal sealed record PipelineCommand(string? Function, IReadOnlyList<Operand> Arguments);

/// <summary>A value in a pipeline. The set of subtypes is closed.</summary>
internal abstract record Operand;

/// <summary>Text, number, true, false or nil.</summary>
internal sealed record LiteralOperand(JsonNode? Value) : Operand;

/// <summary>The dot, a variable or a parenthesis, followed by fields.</summary>
/// <param name="Variable">With its dollar sign; null for the dot.</param>
/// <param name="Nested">A pipeline in parentheses; null otherwise.</param>
/// <param name="Fields">Names, outermost first.</param>
internal sealed record PathOperand(string? Variable, Pipeline? Nested, IReadOnlyList<string> Fields) : Operand;
