using System.Text;
using System.Text.Json;
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
    /// <param name="value">The dot.</param>
    /// <param name="types">What is known of its fields, or null.</param>
    /// <exception cref="CommandException">The value has no such field.</exception>
    public string Apply(JsonNode? value, TemplateTypes? types = null) => Apply(new Scope(value, Root(value)) { Types = types });

    /// <summary>The text for a row of a table, whose JSON as a whole escapes what HTML has.</summary>
    /// <exception cref="CommandException">There is no such field.</exception>
    public string ApplyToRow(JsonObject row) => Apply(new Scope(row, Root(row)) { Escaped = row });

    /// <summary>The headings of a table: what functions do to a field leaves its heading alone.</summary>
    /// <exception cref="CommandException">There is no such field.</exception>
    public string ApplyToHeadings(JsonObject headings) => Apply(new Scope(headings, Root(headings)) { IsHeading = true });

    private static Dictionary<string, JsonNode?> Root(JsonNode? value) => new(StringComparer.Ordinal) { ["$"] = value };

    private string Apply(Scope scope)
    {
        var output = new StringBuilder();
        Run(_nodes, scope, output);
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
                    JsonNode? shown = Evaluate(action.Pipeline, scope);
                    output.Append((FieldOf(action.Pipeline) is { } field ? scope.Types?.Print(field, shown) : null) ?? TemplateValues.Print(shown));
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
            if (command.Function is { } function) result = Call(function, arguments, scope);
            else if (arguments.Count == 1) result = arguments[0];
            else throw TemplateErrors.Executing("can't give an argument to a value that is no function");
        }

        return result;
    }

    private static JsonNode? Call(string function, List<JsonNode?> arguments, Scope scope)
    {
        if (scope.IsHeading && function is "json" or "lower" or "upper" or "title" or "truncate" && arguments.Count > 0) return arguments.Find(a => a is JsonValue text && text.GetValueKind() == JsonValueKind.String);
        if (function == "json" && arguments is [{ } row] && ReferenceEquals(row, scope.Escaped)) return TemplateValues.Json(row, escapesHtml: true);
        return TemplateFunctions.Call(function, arguments);
    }

    // The field that is printed as it is, or null.
    private static string? FieldOf(Pipeline pipeline) => pipeline.Commands is [{ Function: null, Arguments: [PathOperand { Fields: [.., var field] }] }] ? field : null;

    private static JsonNode? Evaluate(Operand operand, Scope scope)
    {
        if (operand is LiteralOperand literal) return literal.Value;
        var path = (PathOperand)operand;
        JsonNode? value = path.Nested is { } nested ? Evaluate(nested, scope)
            : path.Variable is not { } variable ? scope.Dot
            : scope.Variables.TryGetValue(variable, out JsonNode? known) ? known
            : throw TemplateErrors.Executing($"undefined variable \"{variable}\"");
        string? parent = null;
        foreach (string field in path.Fields)
        {
            JsonNode? missing = null;
            value = scope.Types is { } types && (value as JsonObject)?.ContainsKey(field) != true && types.TryMissing(parent, value, field, out missing) ? missing : Field(value, field);
            parent = field;
        }

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
        public TemplateTypes? Types { get; init; }

        public JsonNode? Escaped { get; init; }

        public bool IsHeading { get; init; }

        public Scope Inner(JsonNode? dot) => this with { Dot = dot, Variables = new Dictionary<string, JsonNode?>(Variables, StringComparer.Ordinal) };
    }
}
