using System.Collections;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Parser.Tests;

/// <summary>A tree as indented text: every node, every word with the place it stands at.</summary>
internal sealed class TreeText
{
    private readonly StringBuilder _output = new();
    private readonly SourceText _source;

    private TreeText(SourceText source) => _source = source;

    public static string Of(ParseResult result)
    {
        var text = new TreeText(result.Source);
        foreach (Directive directive in result.Dockerfile.Directives) text.Node("", directive, 0);
        foreach (Instruction instruction in result.Dockerfile.Instructions) text.Node("", instruction, 0);
        foreach (Diagnostic diagnostic in result.Diagnostics) text.Finding(diagnostic);
        return text._output.ToString();
    }

    private void Finding(Diagnostic d) =>
        _output.Append($"{d.Severity} {d.Code} {Place(d.Span)} {d.Message} | {d.Hint}\n");

    private void Node(string name, object node, int depth)
    {
        string indent = new(' ', depth * 2);
        string label = name.Length > 0 ? name + ": " : "";
        switch (node)
        {
            case string text:
                _output.Append($"{indent}{label}{Quote(text)}\n");
                break;
            case Word word:
                _output.Append($"{indent}{label}{Quote(word.Text)} {Place(word.Span)}\n");
                break;
            case IEnumerable items:
                int index = 0;
                foreach (object item in items) Node($"{name}[{index++}]", item, depth);
                break;
            case SourceSpan or Type:
                break;
            case bool or int:
                _output.Append($"{indent}{label}{node}\n");
                break;
            default:
                _output.Append($"{indent}{label}{node.GetType().Name} {PlaceOf(node)}\n");
                foreach (PropertyInfo property in node.GetType().GetProperties())
                {
                    if (property.GetValue(node) is { } value && !(value is false)) Node(property.Name, value, depth + 1);
                }

                break;
        }
    }

    private string PlaceOf(object node) => node.GetType().GetProperty("Span")?.GetValue(node) is SourceSpan span ? Place(span) : "";

    private string Place(SourceSpan span)
    {
        LinePosition start = _source.PositionOf(span.Start);
        LinePosition end = _source.PositionOf(span.End);
        return $"{start.Line}:{start.Column}-{end.Line}:{end.Column}";
    }

    private static string Quote(string text) => JsonSerializer.Serialize(text, DockerfilePrinter.Plain);
}
