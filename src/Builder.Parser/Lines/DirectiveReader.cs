using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Parser.Lines;

/// <summary>Reads <c># key=value</c> from the very top of a file, up to the first line that is anything else.</summary>
internal sealed class DirectiveReader(SourceText source, LineCursor cursor, DiagnosticBag diagnostics)
{
    private static readonly string[] Known = ["syntax", "escape", "check"];

    private readonly List<Directive> _directives = [];

    /// <summary>The escape character that holds for the file.</summary>
    public char Escape { get; private set; } = '\\';

    public IReadOnlyList<Directive> Read()
    {
        while (cursor.TryRead(out PhysicalLine line))
        {
            if (ReadDirective(line) is { } directive)
            {
                Accept(directive);
                continue;
            }

            cursor.Return(line);
            break;
        }

        return _directives;
    }

    private Directive? ReadDirective(PhysicalLine line)
    {
        ReadOnlySpan<char> text = source.Text.AsSpan(line.Start, line.End - line.Start);
        int leading = text.Length - text.TrimStart().Length;
        text = text.Trim();
        if (text.Length == 0 || text[0] != '#') return null;
        ReadOnlySpan<char> content = text[1..];
        int equals = content.IndexOf('=');
        if (equals < 0) return null;
        string name = content[..equals].Trim().ToString().ToLowerInvariant();
        string value = content[(equals + 1)..].Trim().ToString();
        if (value.Length == 0 || !Known.Contains(name)) return null;
        return new Directive(name, value, new SourceSpan(line.Start + leading, text.Length));
    }

    private void Accept(Directive directive)
    {
        if (_directives.Any(d => d.Name == directive.Name))
        {
            diagnostics.Error(
                DiagnosticCodes.RepeatedDirective,
                $"the directive '{directive.Name}' is given twice",
                directive.Span,
                "remove one of them");
            return;
        }

        _directives.Add(directive);
        if (directive.Name != "escape") return;
        if (directive.Value is "\\" or "`")
        {
            Escape = directive.Value[0];
            return;
        }

        diagnostics.Error(
            DiagnosticCodes.InvalidEscapeDirective,
            $"'{directive.Value}' can't be the escape character",
            directive.Span,
            "use a backslash (the default) or a backtick");
    }
}
