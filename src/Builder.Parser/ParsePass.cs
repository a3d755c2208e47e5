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
    /// <summary>Most instructions of a file; an image has room for a few hundred layers, and long Dockerfiles have a few hundred lines.</summary>
    internal const int MaxInstructions = 1 << 16;

    private readonly SourceText _source;
    private readonly DiagnosticBag _diagnostics = new();
    private readonly LineCursor _cursor;
    private readonly List<Instruction> _instructions = [];
    private readonly string? _syntax;
    private char _escape = '\\';
    private FeatureLevel _level = FeatureLevel.Newest;

    /// <summary>Prepares for one file.</summary>
    /// <param name="source">The file.</param>
    /// <param name="syntax">What the command line puts in the place of the syntax directive, or null.</param>
    public ParsePass(SourceText source, string? syntax)
    {
        _source = source;
        _syntax = string.IsNullOrEmpty(syntax) ? null : syntax;
        _cursor = new LineCursor(source, _diagnostics);
    }

    public ParseResult Run(CancellationToken cancellationToken)
    {
        IReadOnlyList<Directive> directives = [];
        if (!ReportInvalidText() && !ReportNul())
        {
            var directiveReader = new DirectiveReader(_source, _cursor, _diagnostics);
            directives = directiveReader.Read();
            _escape = directiveReader.Escape;
            _level = ReadLevel(directives);
            ReadInstructions(cancellationToken);
        }

        var dockerfile = new DockerfileSyntax(new([.. directives]), new([.. _instructions])) { EscapeCharacter = _escape, FeatureLevel = _level };
        return new ParseResult(_source, dockerfile, new([.. _diagnostics.InOrder()]));
    }

    private FeatureLevel ReadLevel(IReadOnlyList<Directive> directives)
    {
        Directive? directive = directives.FirstOrDefault(d => d.Name == "syntax");
        if ((_syntax ?? directive?.Value) is not { } value) return FeatureLevel.Newest;
        string asker = _syntax is null ? "the '# syntax=' line" : $"the build argument {DockerfileParser.SyntaxArgument}";
        if (FeatureLevel.Read(value, asker) is { } level) return level;
        _diagnostics.Warning(
            DiagnosticCodes.OtherFrontend,
            $"{asker} names the frontend '{value}', which is not run: the file is read as a Dockerfile",
            _syntax is null ? directive!.Span : default, // its value was read
            "name docker/dockerfile, or leave it out");
        return FeatureLevel.Newest;
    }

    private void ReadInstructions(CancellationToken cancellationToken)
    {
        var lines = new LogicalLineReader(_source, _cursor, _escape, _diagnostics);
        DockerfileGrammar grammar = DockerfileGrammar.For(_escape);
        bool any = false;
        while (lines.Read() is { } line)
        {
            cancellationToken.ThrowIfCancellationRequested();
            any = true;
            if (_instructions.Count == MaxInstructions)
            {
                ReportTooManyInstructions(line);
                break;
            }

            RawLine raw = grammar.Line.Match(line.Text, 0).Value!; // a logical line begins with a word
            if (ReadInstruction(line, raw) is { } instruction) _instructions.Add(instruction);
        }

        if (!any && !_diagnostics.HasErrors)
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
            if (!_level.Has(Feature.Heredocs)) InstructionContext.ReportTooNew(_diagnostics, _level, Feature.Heredocs, read[0].Span);
        }

        var context = new InstructionContext
        {
            Line = line,
            Raw = raw,
            Escape = _escape,
            Diagnostics = _diagnostics,
            Level = _level,
            Span = SourceSpan.FromBounds(line.SpanOf(0, 1).Start, end),
            Heredocs = heredocs,
            Openers = openers,
            Comments = new([.. line.Comments]),
            PreviousLine = PreviousLine(line),
        };
        return InstructionSet.Read(context, _source);
    }

    private int? PreviousLine(LogicalLine line)
    {
        int number = _source.PositionOf(line.SpanOf(0, 1).Start).Line;
        bool isBelow = _instructions.Count > 0 && _source.PositionOf(_instructions[^1].Span.End).Line == number - 1;
        return isBelow ? number - 1 : null;
    }

    private IReadOnlyList<HeredocOpener> FindHeredocs(LogicalLine line, RawLine raw)
    {
        if (!line.Text.Contains("<<", StringComparison.Ordinal)) return [];
        string name = InstructionSet.NameOf(raw.Keyword.ToString());
        if (InstructionSet.IsOnbuild(name) && raw.ArgumentStart < line.Text.Length)
        {
            raw = DockerfileGrammar.For(_escape).Line.Match(line.Text, raw.ArgumentStart).Value!; // a word is there
            name = InstructionSet.NameOf(raw.Keyword.ToString());
        }

        if (!InstructionSet.TakesHeredocs(name) || JsonForm.IsJson(line.Text, raw.ArgumentStart)) return [];
        return HeredocOpener.FindAll(line.Text, raw.ArgumentStart);
    }

    private void ReportTooManyInstructions(LogicalLine line) => _diagnostics.Error(
        DiagnosticCodes.TooManyInstructions,
        $"the file has more than {MaxInstructions} instructions",
        line.SpanOf(0, Blanks.FindNext(line.Text, 0)),
        "was it generated by mistake? Put what repeats into a script, and run that");

    private bool ReportInvalidText()
    {
        if (_source.InvalidUtf8 is not { } invalid) return false;
        bool wide = invalid.Start == 0 && invalid.Byte is 0xFE or 0xFF;
        _diagnostics.Error(
            DiagnosticCodes.InvalidUtf8,
            $"the file is not UTF-8 text: the byte 0x{invalid.Byte:X2} can't stand here",
            new SourceSpan(invalid.Start, 1),
            wide ? "is it encoded as UTF-16? Save it as UTF-8" : "save the file as UTF-8");
        return true;
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
