using System.Text;
using System.Text.Json;
using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Parser.Lines;

/// <summary>Reads <c># key=value</c> from the very top of a file, up to the first line that is anything else.</summary>
internal sealed class DirectiveReader(SourceText source, LineCursor cursor, DiagnosticBag diagnostics)
{
    private const string Syntax = "syntax";
    private static readonly string[] Known = [Syntax, "escape", "check"];

    private readonly List<Directive> _directives = [];
    private bool _hasShebang;

    /// <summary>The escape character that holds for the file.</summary>
    public char Escape { get; private set; } = '\\';

    public IReadOnlyList<Directive> Read()
    {
        while (cursor.TryRead(out PhysicalLine line))
        {
            if (ReadDirective(line, "#") is { } directive)
            {
                Accept(directive);
                continue;
            }

            if (_directives.Count == 0 && !_hasShebang && TextOf(line).StartsWith("#!", StringComparison.Ordinal))
            {
                _hasShebang = true;
                continue;
            }

            if (!IsForAnotherFrontend(line)) cursor.Return(line);
            break;
        }

        return _directives;
    }

    private ReadOnlySpan<char> TextOf(PhysicalLine line) => source.Text.AsSpan(line.Start, line.End - line.Start);

    private Directive? ReadDirective(PhysicalLine line, string comment)
    {
        ReadOnlySpan<char> text = TextOf(line);
        int leading = text.Length - text.TrimStart().Length;
        text = text.Trim();
        if (!text.StartsWith(comment, StringComparison.Ordinal)) return null;
        ReadOnlySpan<char> content = text[comment.Length..];
        int equals = content.IndexOf('=');
        if (equals < 0) return null;
        string name = content[..equals].Trim().ToString().ToLowerInvariant();
        string value = content[(equals + 1)..].Trim().ToString();
        if (value.Length == 0 || !Known.Contains(name)) return null;
        return new Directive(name, value, new SourceSpan(line.Start + leading, text.Length));
    }

    private void Accept(Directive directive)
    {
        // Behind "#!..." only what chooses and sets up the frontend is looked for; the escape character is not.
        if (_hasShebang && directive.Name == "escape") return;
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

    /// <summary>Files in other languages name their frontend in a comment of theirs, or are JSON that has it as a field.</summary>
    private bool IsForAnotherFrontend(PhysicalLine line)
    {
        if (_directives.Any(d => d.Name == Syntax)) return false;
        if (ReadDirective(line, "//") is { Name: Syntax } slashes)
        {
            diagnostics.Error(
                DiagnosticCodes.OtherLanguage,
                "'//' begins no comment in a Dockerfile",
                slashes.Span,
                $"write '# syntax={slashes.Value}'");
            return true;
        }

        if (JsonSyntaxFrom(line.Start) is not { } frontend) return false;
        diagnostics.Error(
            DiagnosticCodes.OtherLanguage,
            $"this file is JSON for the frontend '{frontend}', not a Dockerfile",
            new SourceSpan(line.Start, line.End - line.Start));
        return true;
    }

    private string? JsonSyntaxFrom(int start)
    {
        ReadOnlySpan<char> rest = source.Text.AsSpan(start);
        if (rest.TrimStart() is not ['{', ..]) return null;
        try
        {
            byte[] content = new byte[Encoding.UTF8.GetByteCount(rest)];
            Encoding.UTF8.GetBytes(rest, content);
            using JsonDocument document = JsonDocument.Parse(content);
            bool found = document.RootElement.TryGetProperty(Syntax, out JsonElement value) && value.ValueKind == JsonValueKind.String;
            return found ? value.GetRawText().Trim('"') : null;
        }
        catch (JsonException)
        {
            // Then it is some other text, whose first line is no instruction.
            return null;
        }
    }
}
