using Builder.Parser.Diagnostics;
using Builder.Parser.Grammars;
using Builder.Parser.Lines;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Parser.Instructions;

/// <summary>One instruction taken apart as far as all instructions are alike.</summary>
internal sealed class InstructionContext
{
    public required LogicalLine Line { get; init; }

    public required RawLine Raw { get; init; }

    public required char Escape { get; init; }

    public required DiagnosticBag Diagnostics { get; init; }

    /// <summary>What the file may use.</summary>
    public required FeatureLevel Level { get; init; }

    /// <summary>From the keyword to the end of the line or of the last here-document.</summary>
    public required SourceSpan Span { get; init; }

    /// <summary>Bodies of <see cref="Openers"/>, in the same order.</summary>
    public IReadOnlyList<Heredoc> Heredocs { get; init; } = [];

    public IReadOnlyList<HeredocOpener> Openers { get; init; } = [];

    /// <summary>Comment lines directly above.</summary>
    public SyntaxList<string> Comments { get; init; }

    public Word Keyword => WordOf(Raw.Keyword);

    /// <summary>The instruction that the keyword is, or was meant to be, in capitals.</summary>
    public string Name => InstructionSet.NameOf(Raw.Keyword.ToString()).ToUpperInvariant();

    /// <summary>Number of the line directly above, when it ends an instruction.</summary>
    public int? PreviousLine { get; init; }

    /// <summary>The instruction on one line.</summary>
    public string Text => Line.Text[Raw.Keyword.Start..];

    public bool HasArguments => Raw.ArgumentStart < Line.Text.Length;

    /// <summary>Everything behind keyword and flags.</summary>
    public Slice Arguments => new(Line.Text, Raw.ArgumentStart, Line.Text.Length);

    public SourceSpan SpanOf(Slice slice) => Line.SpanOf(slice.Start, slice.End);

    public Word WordOf(Slice slice) => new(slice.ToString(), SpanOf(slice));

    /// <summary>The string without its quotes, so that a place in an unescaped one can be pointed at.</summary>
    public Word WordOf(JsonString item) => new(item.Value, Line.SpanOf(item.Source.Start + 1, item.Source.End - 1));

    public SyntaxList<Word> WordsOf(IEnumerable<JsonString> items) => new([.. items.Select(WordOf)]);

    /// <summary>The arguments split at blanks.</summary>
    public IReadOnlyList<Slice> PlainWords() => DockerfileGrammar.For(Escape).Words.Match(Line.Text, Raw.ArgumentStart).Value ?? [];

    /// <summary>The arguments split at blanks outside quotes.</summary>
    public IReadOnlyList<Slice> QuotedWords() => DockerfileGrammar.For(Escape).QuotedWords.Match(Line.Text, Raw.ArgumentStart).Value ?? [];

    public void Error(string code, string message, SourceSpan span, string? hint = null) => Diagnostics.Error(code, message, span, hint);

    /// <summary>Reports something that the version asked for doesn't have.</summary>
    public static void ReportTooNew(DiagnosticBag diagnostics, FeatureLevel level, Feature feature, SourceSpan span) => diagnostics.Error(
        DiagnosticCodes.TooNew,
        $"{feature.Name} came with version {feature.Version} of the Dockerfile syntax, but {level.Asker} asks for {level.Version}",
        span,
        $"ask for docker/dockerfile:{feature.Version}{(feature.Version.Contains('-', StringComparison.Ordinal) ? "" : " or :1")}");

    /// <summary>Reports an argument that isn't there, at the keyword.</summary>
    public void Missing(string message, string? hint = null) => Error(DiagnosticCodes.MissingArgument, message, SpanOf(Raw.Keyword), hint);
}
