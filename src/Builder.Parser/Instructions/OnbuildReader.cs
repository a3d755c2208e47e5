using System.Text;
using Builder.Parser.Diagnostics;
using Builder.Parser.Grammars;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Parser.Instructions;

/// <summary><c>ONBUILD trigger</c>.</summary>
internal static class OnbuildReader
{
    public static Instruction? Read(InstructionContext context, SourceText source)
    {
        FlagSet.Read(context);
        if (!context.HasArguments)
        {
            context.Missing("ONBUILD has no instruction", "write ONBUILD RUN command");
            return null;
        }

        Grammar<RawLine> grammar = DockerfileGrammar.For(context.Escape).Line;
        RawLine inner = grammar.Match(context.Line.Text, context.Raw.ArgumentStart).Value!; // a word is there
        string name = inner.Keyword.ToString().ToUpperInvariant();
        if (name is "ONBUILD" or "FROM" or "MAINTAINER")
        {
            context.Error(DiagnosticCodes.InvalidTrigger, $"{name} can't stand in ONBUILD", context.SpanOf(inner.Keyword));
            return null;
        }

        int start = context.SpanOf(inner.Keyword).Start;
        var found = new DiagnosticBag();
        Instruction? instruction = InstructionSet.Read(
            new InstructionContext
            {
                Line = context.Line,
                Raw = inner,
                Escape = context.Escape,
                Diagnostics = found,
                Level = context.Level,
                Span = SourceSpan.FromBounds(start, context.Span.End),
                Heredocs = context.Heredocs,
                Openers = context.Openers,
            },
            source);
        if (!name.Equals(InstructionSet.NameOf(name), StringComparison.Ordinal)) instruction = null; // it is misspelt, and stored as it is
        return !Report(found, context.Diagnostics)
            ? null
            : new OnbuildInstruction(context.Keyword, TriggerText(context, source), instruction, context.Span)
            {
                Text = context.Text,
                LeadingComments = context.Comments,
            };
    }

    /// <summary>
    /// Whether the trigger can be stored. What is wrong with its instruction matters only where it is run, which may be never; but a line that
    /// can't be taken apart is an error at once.
    /// </summary>
    private static bool Report(DiagnosticBag found, DiagnosticBag diagnostics)
    {
        bool stored = true;
        foreach (Diagnostic finding in found.InOrder())
        {
            bool later = finding.Severity == Severity.Error &&
                finding.Code is not (DiagnosticCodes.JsonNotStrings or DiagnosticCodes.MissingEqualsSign or DiagnosticCodes.TooNew);
            stored &= later || finding.Severity != Severity.Error;
            diagnostics.Add(later
                ? finding with { Severity = Severity.Warning, Message = finding.Message + "; builds that start from this image will fail" }
                : finding);
        }

        return stored;
    }

    /// <summary>The trigger as it is parsed again later: here-documents keep their bodies, tabs included.</summary>
    private static string TriggerText(InstructionContext context, SourceText source)
    {
        var text = new StringBuilder(context.Arguments.ToString());
        foreach (Heredoc heredoc in context.Heredocs)
        {
            text.Append('\n').Append(source.TextOf(heredoc.ContentSpan)).Append(heredoc.Name);
        }

        return text.ToString();
    }
}
