using Builder.Parser.Diagnostics;
using Builder.Parser.Grammars;
using Builder.Parser.Instructions;
using Builder.Parser.Lines;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Parser;

/// <summary>Parses one file.</summary>
internal sealed class ParsePass
{
    private readonly SourceText _source;
    private readonly DiagnosticBag _diagnostics = new();
    private readonly LineCursor _cursor;
    private readonly List<Instruction> _instructions = [];
    private char _escape = '\\';

    public ParsePass(SourceText source)
    {
        _source = source;
        _cursor = new LineCursor(source, _diagnostics);
    }

    public ParseResult Run()
    {
        IReadOnlyList<Directive> directives = [];
        if (!ReportNul())
        {
            var directiveReader = new DirectiveReader(_source, _cursor, _diagnostics);
            directives = directiveReader.Read();
            _escape = directiveReader.Escape;
            ReadInstructions();
        }

        var dockerfile = new DockerfileSyntax(new([.. directives]), new([.. _instructions])) { EscapeCharacter = _escape };
        return new ParseResult(_source, dockerfile, new([.. _diagnostics.InOrder()]));
    }

    private void ReadInstructions()
    {
        var lines = new LogicalLineReader(_source, _cursor, _escape, _diagnostics);
        DockerfileGrammar grammar = DockerfileGrammar.For(_escape);
        bool any = false;
        while (lines.Read() is { } line)
        {
            any = true;
            RawLine raw = grammar.Line.Match(line.Text, 0).Value!; // a logical line begins with a word
            if (ReadInstruction(line, raw) is { } instruction) _instructions.Add(instruction);
        }

        if (!any && !_diagnostics.InOrder().Any())
        {
            int end = _source.Text.Length;
            _diagnostics.Error(
                DiagnosticCodes.NoInstructions,
                "the file has no instructions",
                new SourceSpan(end, 0),
                "a Dockerfile begins with FROM image");
        }
    }

    private Instruction? ReadInstruction(LogicalLine line, RawLine raw)
    {
        int end = line.SpanOf(0, line.Text.Length).End;
        IReadOnlyList<HeredocOpener> openers = FindHeredocs(line, raw);
        IReadOnlyList<Heredoc> heredocs = [];
        if (openers.Count > 0)
        {
            var reader = new HeredocReader(_source, _cursor, _diagnostics);
            if (reader.Read(line, openers) is not { } read) return null;
            heredocs = read;
            end = reader.End;
        }

        var context = new InstructionContext
        {
            Line = line,
            Raw = raw,
            Escape = _escape,
            Diagnostics = _diagnostics,
            Span = SourceSpan.FromBounds(line.SpanOf(0, 1).Start, end),
            Heredocs = heredocs,
            Openers = openers,
            Comments = new([.. line.Comments]),
        };
        return InstructionSet.Read(context, _source);
    }

    private IReadOnlyList<HeredocOpener> FindHeredocs(LogicalLine line, RawLine raw)
    {
        if (!line.Text.Contains("<<", StringComparison.Ordinal)) return [];
        if (InstructionSet.IsOnbuild(raw.Keyword.ToString()) && raw.ArgumentStart < line.Text.Length)
            raw = DockerfileGrammar.For(_escape).Line.Match(line.Text, raw.ArgumentStart).Value!; // a word is there
        if (!InstructionSet.TakesHeredocs(raw.Keyword.ToString()) || JsonForm.IsJson(line.Text, raw.ArgumentStart)) return [];
        return HeredocOpener.FindAll(line.Text, raw.ArgumentStart);
    }

    /// <summary>A file with NUL characters isn't text; whatever else could be said of it would mislead.</summary>
    private bool ReportNul()
    {
        int nul = _source.Text.IndexOf('\0', StringComparison.Ordinal);
        if (nul < 0) return false;
        int count = _source.Text.AsSpan().Count('\0');
        string amount = count == 1 ? "a NUL character" : $"{count} NUL characters, the first of them here";
        bool wide = count > _source.Text.Length / 4;
        string hint = wide ? "is it encoded as UTF-16? Save it as UTF-8" : "remove it; a Dockerfile is plain text";
        _diagnostics.Error(DiagnosticCodes.NulCharacter, $"the file holds {amount}", new SourceSpan(nul, 1), hint);
        return true;
    }
}
