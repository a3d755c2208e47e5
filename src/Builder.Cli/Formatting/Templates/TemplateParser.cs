using System.Globalization;
using System.Text.Json.Nodes;

namespace Builder.Cli.Formatting.Templates;

/// <summary>Reads the part of Go's template language that people use with <c>--format</c>.</summary>
internal sealed class TemplateParser
{
    private const int MaxDepth = 100;
    private readonly List<(string? Text, string? Action)> _parts;
    private int _next;
    private int _depth;

    private TemplateParser(string template) => _parts = Split(template);

    /// <summary>The nodes of a template.</summary>
    /// <exception cref="CommandException">It is none.</exception>
    public static IReadOnlyList<TemplateNode> Parse(string template)
    {
        var parser = new TemplateParser(template);
        (List<TemplateNode> nodes, TokenReader? end) = parser.List();
        return end is null ? nodes : throw TemplateErrors.Parsing($"unexpected {{{{{end.Peek()!.Value.Text}}}}}");
    }

    // Text and actions alternate; {{- and -}} eat the blanks beside them.
    private static List<(string? Text, string? Action)> Split(string template)
    {
        var parts = new List<(string? Text, string? Action)>();
        int i = 0;
        bool trimNext = false;
        while (true)
        {
            int open = template.IndexOf("{{", i, StringComparison.Ordinal);
            string text = open < 0 ? template[i..] : template[i..open];
            if (trimNext) text = text.TrimStart();
            if (open < 0)
            {
                parts.Add((text, null));
                return parts;
            }

            int close = ActionEnd(template, open + 2);
            string action = template[(open + 2)..close];
            if (action.Length > 1 && action[0] == '-' && char.IsWhiteSpace(action[1]))
            {
                text = text.TrimEnd();
                action = action[1..];
            }

            trimNext = action.Length > 1 && action[^1] == '-' && char.IsWhiteSpace(action[^2]);
            if (trimNext) action = action[..^1];
            parts.Add((text, null));
            if (!action.TrimStart().StartsWith("/*", StringComparison.Ordinal)) parts.Add((null, action.Trim()));
            i = close + 2;
        }
    }

    private static int ActionEnd(string template, int start)
    {
        char quote = '\0';
        for (int i = start; i < template.Length; i++)
        {
            char c = template[i];
            if (quote != '\0')
            {
                if (c == '\\' && quote == '"') i++;
                else if (c == quote) quote = '\0';
            }
            else if (c is '"' or '`')
            {
                quote = c;
            }
            else if (c == '}' && i + 1 < template.Length && template[i + 1] == '}')
            {
                return i;
            }
        }

        throw TemplateErrors.Parsing("unclosed action");
    }

    // Up to the end of the template, or to {{end}} or {{else}}, which is given back.
    private (List<TemplateNode> Nodes, TokenReader? End) List()
    {
        if (++_depth > MaxDepth) throw TemplateErrors.Parsing("too deeply nested");
        var nodes = new List<TemplateNode>();
        while (_next < _parts.Count)
        {
            (string? text, string? action) = _parts[_next++];
            if (action is null)
            {
                if (text!.Length > 0) nodes.Add(new TextNode(text));
                continue;
            }

            var tokens = new TokenReader(TemplateLexer.Tokens(action));
            switch (tokens.Peek())
            {
                case null:
                    throw TemplateErrors.Parsing("missing value for command");
                case { Kind: TokenKind.Word, Text: "end" or "else" }:
                    _depth--;
                    return (nodes, tokens);
                case { Kind: TokenKind.Word, Text: "if" or "with" }:
                    nodes.Add(Condition(tokens));
                    break;
                case { Kind: TokenKind.Word, Text: "range" }:
                    nodes.Add(Range(tokens));
                    break;
                default:
                    nodes.Add(Action(tokens));
                    break;
            }
        }

        _depth--;
        return (nodes, null);
    }

    private ConditionNode Condition(TokenReader tokens)
    {
        bool movesDot = tokens.Next().Text == "with";
        Pipeline condition = tokens.ReadPipeline();
        tokens.ExpectEnd();
        (List<TemplateNode> then, TokenReader? end) = List();
        return new ConditionNode(condition, then, ElsePart(end), movesDot);
    }

    private List<TemplateNode> ElsePart(TokenReader? end)
    {
        if (end is null) throw TemplateErrors.Parsing("unexpected end of template: {{end}} is missing");
        if (end.Next().Text == "end")
        {
            end.ExpectEnd();
            return [];
        }

        // {{else if x}} nests, and shares the {{end}}.
        if (end.Peek() is { Kind: TokenKind.Word, Text: "if" or "with" }) return [Condition(end)];
        end.ExpectEnd();
        (List<TemplateNode> otherwise, TokenReader? last) = List();
        if (last is null || last.Next().Text != "end") throw TemplateErrors.Parsing("expected {{end}}");
        last.ExpectEnd();
        return otherwise;
    }

    private RangeNode Range(TokenReader tokens)
    {
        tokens.Next();
        string? key = null;
        string? value = null;
        if (tokens.TryVariables(out IReadOnlyList<string> variables)) (key, value) = variables.Count == 2 ? (variables[0], variables[1]) : (null, variables[0]);
        Pipeline source = tokens.ReadPipeline();
        tokens.ExpectEnd();
        (List<TemplateNode> body, TokenReader? end) = List();
        return new RangeNode(source, key, value, body, ElsePart(end));
    }

    private static ActionNode Action(TokenReader tokens)
    {
        string? variable = tokens.TryVariables(out IReadOnlyList<string> variables) ? variables[0] : null;
        var node = new ActionNode(tokens.ReadPipeline(), variable);
        tokens.ExpectEnd();
        return node;
    }

    private sealed class TokenReader(IReadOnlyList<TemplateToken> tokens)
    {
        private int _index;
        private int _parentheses;

        public TemplateToken? Peek() => _index < tokens.Count ? tokens[_index] : null;

        public TemplateToken Next() => _index < tokens.Count ? tokens[_index++] : throw TemplateErrors.Parsing("unexpected end of action");

        public void ExpectEnd()
        {
            if (Peek() is { } token) throw TemplateErrors.Parsing($"unexpected \"{token.Text}\" in command");
        }

        // $x := or $k, $v :=
        public bool TryVariables(out IReadOnlyList<string> variables)
        {
            variables = [];
            if (At(0) is not { Kind: TokenKind.Variable } first) return false;
            if (IsMark(At(1), ":="))
            {
                variables = [first.Text];
                _index += 2;
                return true;
            }

            if (!IsMark(At(1), ",") || At(2) is not { Kind: TokenKind.Variable } second || !IsMark(At(3), ":=")) return false;
            variables = [first.Text, second.Text];
            _index += 4;
            return true;
        }

        public Pipeline ReadPipeline()
        {
            var commands = new List<PipelineCommand>();
            do commands.Add(ReadCommand());
            while (Accept("|"));
            return new Pipeline(commands);
        }

        private static bool IsMark(TemplateToken? token, string mark) => token is { Kind: TokenKind.Mark } t && t.Text == mark;

        private TemplateToken? At(int offset) => _index + offset < tokens.Count ? tokens[_index + offset] : null;

        private bool Accept(string mark)
        {
            if (!IsMark(Peek(), mark)) return false;
            _index++;
            return true;
        }

        private PipelineCommand ReadCommand()
        {
            string? function = null;
            if (Peek() is { Kind: TokenKind.Word, Text: not ("true" or "false" or "nil") } word)
            {
                if (!TemplateFunctions.IsKnown(word.Text)) throw TemplateErrors.Parsing($"function \"{word.Text}\" not defined");
                function = word.Text;
                _index++;
            }

            var arguments = new List<Operand>();
            while (Peek() is { } token && !IsMark(token, "|") && !IsMark(token, ")")) arguments.Add(ReadOperand());
            if (function is null && arguments.Count != 1)
                throw TemplateErrors.Parsing(arguments.Count == 0 ? "missing value for command" : "expected a function before several values");
            return new PipelineCommand(function, arguments);
        }

        private Operand ReadOperand()
        {
            TemplateToken token = Next();
            switch (token.Kind)
            {
                case TokenKind.Text:
                    return new LiteralOperand(JsonValue.Create(token.Text));
                case TokenKind.Number:
                    return new LiteralOperand(Number(token.Text));
                case TokenKind.Word when token.Text is "true" or "false":
                    return new LiteralOperand(JsonValue.Create(token.Text == "true"));
                case TokenKind.Word when token.Text == "nil":
                    return new LiteralOperand(null);
                case TokenKind.Field:
                    return new PathOperand(null, null, token.Text.Length == 0 ? [] : [token.Text, .. Fields()]);
                case TokenKind.Variable:
                    return new PathOperand(token.Text, null, [.. Fields()]);
                case TokenKind.Mark when token.Text == "(":
                    if (++_parentheses > MaxDepth) throw TemplateErrors.Parsing("too deeply nested");
                    Pipeline nested = ReadPipeline();
                    if (!Accept(")")) throw TemplateErrors.Parsing("unclosed left paren");
                    _parentheses--;
                    return new PathOperand(null, nested, [.. Fields()]);
                default:
                    throw TemplateErrors.Parsing($"unexpected \"{token.Text}\" in operand");
            }
        }

        private IEnumerable<string> Fields()
        {
            while (Peek() is { Kind: TokenKind.Field, Glued: true, Text.Length: > 0 } field)
            {
                _index++;
                yield return field.Text;
            }
        }

        private static JsonValue Number(string text) =>
            long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole) ? JsonValue.Create(whole)
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double real) ? JsonValue.Create(real)
            : throw TemplateErrors.Parsing($"bad number syntax: \"{text}\"");
    }
}
