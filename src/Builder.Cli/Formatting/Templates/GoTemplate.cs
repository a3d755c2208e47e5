using System.Text;
using System.Text.Json.Nodes;

namespace Builder.Cli.Formatting.Templates;

/// <summary>A parsed template that can be applied to values.</summary>
internal sealed class GoTemplate
{
    private readonly IReadOnlyList<TemplateNode> _nodes;

    private GoTemplate(IReadOnlyList<TemplateNode> nodes) => _nodes = nodes;

    /// <summary>Reads a template.</summary>
    /// <exception cref="CommandException">It is none.</exception>
    public static GoTemplate Parse(string template) => new(TemplateParser.Parse(template));

    /// <summary>The text for a value.</summary>
    /// <exception cref="CommandException">The value has no such field.</exception>
    public string Apply(JsonNode? value)
    {
        var output = new StringBuilder();
        Run(_nodes, new Scope(value, new Dictionary<string, JsonNode?>(StringComparer.Ordinal) { ["$"] = value }), output);
        return output.ToString();
    }

    private static void Run(IReadOnlyList<TemplateNode> nodes, Scope scope, StringBuilder output)
    {
        foreach (TemplateNode node in nodes)
        {
            switch (node)
            {
                case TextNode text:
                    output.Append(text.Text);
                    break;
                case ActionNode { Variable: { } variable } action:
                    scope.Variables[variable] = Evaluate(action.Pipeline, scope);
                    break;
                case ActionNode action:
                    output.Append(TemplateValues.Print(Evaluate(action.Pipeline, scope)));
                    break;
                case ConditionNode condition:
                    JsonNode? value = Evaluate(condition.Condition, scope);
                    bool isTrue = TemplateValues.IsTrue(value);
                    Run(isTrue ? condition.Then : condition.Else, scope.Inner(isTrue && condition.MovesDot ? value : scope.Dot), output);
                    break;
                case RangeNode range:
                    Range(range, scope, output);
                    break;
            }
        }
    }

    private static void Range(RangeNode range, Scope scope, StringBuilder output)
    {
        (JsonNode Key, JsonNode? Value)[] items = Evaluate(range.Source, scope) switch
        {
            JsonArray array => [.. array.Select((v, i) => ((JsonNode)JsonValue.Create(i), v))],
            JsonObject map => [.. map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => ((JsonNode)JsonValue.Create(p.Key), p.Value))],
            null => [],
            _ => throw TemplateErrors.Executing("range can't iterate over a value that is neither list nor map"),
        };
        if (items.Length == 0)
        {
            Run(range.Else, scope.Inner(scope.Dot), output);
            return;
        }

        foreach ((JsonNode key, JsonNode? value) in items)
        {
            Scope inner = scope.Inner(value);
            if (range.KeyVariable is { } keyName) inner.Variables[keyName] = key;
            if (range.ValueVariable is { } valueName) inner.Variables[valueName] = value;
            Run(range.Body, inner, output);
        }
    }

    private static JsonNode? Evaluate(Pipeline pipeline, Scope scope)
    {
        JsonNode? result = null;
        for (int i = 0; i < pipeline.Commands.Count; i++)
        {
            PipelineCommand command = pipeline.Commands[i];
            List<JsonNode?> arguments = [.. command.Arguments.Select(a => Evaluate(a, scope))];
            if (i > 0) arguments.Add(result);
            if (command.Function is { } function) result = TemplateFunctions.Call(function, arguments);
            else if (arguments.Count == 1) result = arguments[0];
            else throw TemplateErrors.Executing("can't give an argument to a value that is no function");
        }

        return result;
    }

    private static JsonNode? Evaluate(Operand operand, Scope scope)
    {
        if (operand is LiteralOperand literal) return literal.Value;
        var path = (PathOperand)operand;
        JsonNode? value = path.Nested is { } nested ? Evaluate(nested, scope)
            : path.Variable is not { } variable ? scope.Dot
            : scope.Variables.TryGetValue(variable, out JsonNode? known) ? known
            : throw TemplateErrors.Executing($"undefined variable \"{variable}\"");
        foreach (string field in path.Fields) value = Field(value, field);
        return value;
    }

    private static JsonNode? Field(JsonNode? value, string field) => value switch
    {
        JsonObject map when map.TryGetPropertyValue(field, out JsonNode? found) => found,
        JsonObject => throw TemplateErrors.Executing($"no field \"{field}\""),
        null => throw TemplateErrors.Executing($"no field \"{field}\" in nil"),
        _ => throw TemplateErrors.Executing($"can't evaluate field {field} of {TemplateValues.Print(value)}"),
    };

    private sealed record Scope(JsonNode? Dot, Dictionary<string, JsonNode?> Variables)
    {
        public Scope Inner(JsonNode? dot) => new(dot, new Dictionary<string, JsonNode?>(Variables, StringComparer.Ordinal));
    }
}
