using Builder.Parser.Diagnostics;
using Builder.Parser.Grammars;
using Builder.Parser.Syntax;

namespace Builder.Parser.Instructions;

/// <summary><c>COPY</c> and <c>ADD</c>.</summary>
internal static class CopyReader
{
    private const int MaxWords = 1 << 16;

    public static Instruction? ReadCopy(InstructionContext context)
    {
        FlagSet flags = FlagSet.Read(
            context,
            ("from", FlagKind.Text),
            ("chown", FlagKind.Text),
            ("chmod", FlagKind.Text),
            ("link", FlagKind.Boolean),
            ("parents", FlagKind.Boolean),
            ("exclude", FlagKind.List));
        return ReadArguments(context, isAdd: false, new CopyFlags
        {
            From = flags.Text("from"),
            Chown = flags.Text("chown"),
            Chmod = flags.Text("chmod"),
            Link = flags.Boolean("link") ?? false,
            Parents = flags.Boolean("parents") ?? false,
            Exclude = flags.List("exclude"),
        });
    }

    public static Instruction? ReadAdd(InstructionContext context)
    {
        FlagSet flags = FlagSet.Read(
            context,
            ("chown", FlagKind.Text),
            ("chmod", FlagKind.Text),
            ("link", FlagKind.Boolean),
            ("keep-git-dir", FlagKind.Boolean),
            ("checksum", FlagKind.Text),
            ("unpack", FlagKind.Boolean),
            ("exclude", FlagKind.List));
        return ReadArguments(context, isAdd: true, new CopyFlags
        {
            Chown = flags.Text("chown"),
            Chmod = flags.Text("chmod"),
            Link = flags.Boolean("link") ?? false,
            KeepGitDir = flags.Boolean("keep-git-dir"),
            Checksum = flags.Text("checksum"),
            Unpack = flags.Boolean("unpack"),
            Exclude = flags.List("exclude"),
        });
    }

    private static CopyInstruction? ReadArguments(InstructionContext context, bool isAdd, CopyFlags flags)
    {
        if (!JsonForm.TryRead(context, context.Raw.ArgumentStart, out IReadOnlyList<JsonString>? items)) return null;
        bool heredocLast = false;
        List<Word> words = items is null ? ReadWords(context, out heredocLast) : [.. items.Select(context.WordOf)];
        if (words.Count > MaxWords)
        {
            context.Error(
                DiagnosticCodes.TooManyWords, $"{context.Name} has more than {MaxWords} words", words[MaxWords].Span, "copy their directory, or use a wildcard");
            return null;
        }

        if (context.Openers.FirstOrDefault(opener => opener.IsSpaced) is { } spaced)
        {
            context.Error(
                DiagnosticCodes.MisplacedHeredoc,
                $"in {context.Name} the word of a here-document follows '<<' without blanks",
                context.SpanOf(spaced.Source),
                $"write <<{spaced.Name}");
            return null;
        }

        if (!CheckCount(context, words, heredocLast)) return null;
        Word destination = words[^1];
        words.RemoveAt(words.Count - 1);
        return new CopyInstruction(
            context.Keyword, isAdd, new([.. words]), new([.. context.Heredocs]), destination, flags, items is not null, context.Span)
        {
            Text = context.Text,
            LeadingComments = context.Comments,
        };
    }

    private static bool CheckCount(InstructionContext context, List<Word> words, bool heredocLast)
    {
        string usage = $"write {context.Name} source... destination";
        if (heredocLast && (words.Count > 0 || context.Heredocs.Count > 1))
        {
            context.Error(
                DiagnosticCodes.MisplacedHeredoc,
                $"a here-document can't be the destination of {context.Name}",
                context.Heredocs[^1].Span,
                usage);
            return false;
        }

        if (words.Count + context.Heredocs.Count >= 2) return true;
        if (words.Count == 0 && context.Heredocs.Count == 0)
        {
            context.Missing($"{context.Name} has no source and no destination", usage);
        }
        else
        {
            context.Error(
                DiagnosticCodes.MissingArgument,
                $"{context.Name} has a source but no destination",
                words.Count > 0 ? words[0].Span : context.Heredocs[0].Span,
                usage);
        }

        return false;
    }

    /// <summary>The words that are no here-documents.</summary>
    /// <remarks>Quotes of a delimiter may hold blanks, so one opener can be several plain words.</remarks>
    private static List<Word> ReadWords(InstructionContext context, out bool heredocLast)
    {
        heredocLast = false;
        var words = new List<Word>();
        int next = 0; // both lists are in order
        foreach (Slice word in context.PlainWords())
        {
            while (next < context.Openers.Count && context.Openers[next].Source.End < word.End) next++;
            heredocLast = next < context.Openers.Count && word.Start >= context.Openers[next].Source.Start;
            if (!heredocLast) words.Add(context.WordOf(word));
            if (words.Count > MaxWords) break; // an error, whatever follows
        }

        return words;
    }
}
